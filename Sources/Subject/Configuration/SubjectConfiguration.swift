import Foundation
import Radiance
import Runs
import Torch

/// Everything that decides a training of the subject avatar: `config.json` of a run, `--config` and `--set` of the command line.
package struct SubjectConfiguration: Codable, Sendable, Equatable {
  /// Name of the preset that it started from.
  package var preset = "reference"
  package var field = FieldConfiguration.paper
  /// Set where the fast field takes the place of the paper's networks; of `field` it keeps the driving vector's length and the classes.
  @Nullable package var planes: HyperPlanesConfiguration?
  /// Set where speech drives the avatar.
  @Nullable package var speech: SpeechConfiguration?
  package var sampling = RaySampling()
  package var loss = LossConfiguration.paper
  package var rays = RaySamplerConfiguration.paper
  package var mesh = MeshConfiguration()
  package var lift = LiftConfiguration()
  package var optimizer = OptimizerConfiguration()
  /// The longer side of the images trained on, in pixels; nil keeps the dataset's size.
  @Nullable package var size: Int?
  /// Steps of the whole training where no time is given.
  package var steps = 500_000
  /// How far before and behind the head's centre samples lie, head units; nil takes the dataset's own range.
  package var depth = DepthRange()
  package var saveEvery = 5_000
  package var validateEvery = 5_000
  package var seed: UInt64 = 0

  package init() {}

  /// The supervision of the deformation by the tracked mesh.
  package struct MeshConfiguration: Codable, Sendable, Equatable {
    /// Steps on the mesh alone before the first ray; 0 switches the warm start off.
    package var warmUpSteps = 2_000
    package var warmUpLearningRate = 5e-3
    /// Weight of the supervision beside the rays, at the start and at the end (geometric in between); 0 switches it off.
    package var weight = 1.0
    package var finalWeight = 0.1
    /// Steps on rays between two on the mesh.
    package var every = 1
    /// Frames and points of a batch.
    package var frames = 8
    package var points = 256
    /// What the head does in canonical space.
    package var rest = HeadRest.parted
  }

  /// What is learnt of the sides that the clip does not show: views of lifts of its frames.
  package struct LiftConfiguration: Codable, Sendable, Equatable {
    /// How many views are drawn before the training; 0 switches this off.
    package var views = 0
    /// Steps at the beginning of which views are all that is learnt.
    package var firstSteps = 0
    /// Steps between two on views after that.
    package var every = 4
    /// Rays of such a step, and the views that they are taken from.
    package var rays = 1024
    package var frames = 4
    /// Weight beside the clip's rays, at the start and at the end (geometric in between).
    package var weight = 1.0
    package var finalWeight = 0.1
  }

  /// Adam's rates, all decayed together by `decay` over the whole training.
  package struct OptimizerConfiguration: Codable, Sendable, Equatable {
    package var grid = 5e-4
    package var template = 5e-4
    package var deformation = 5e-4
    /// Steps on rays in which the deformation's rate rises to that: Adam's first steps are as large whatever the gradient, and would undo
    /// what is known of the motion.
    package var deformationWarmUp = 0
    /// The published schedule: a tenth after 250,000 of 500,000 steps.
    package var decay = 0.01
    package var secondMoment = 0.999
    package var epsilon = 1e-8
  }

  /// The paper's sizes and rates.
  package static let reference = SubjectConfiguration()

  /// The same method at sizes that four cores train in minutes.
  package static let compact: SubjectConfiguration = {
    var c = SubjectConfiguration()
    c.preset = "compact"
    c.size = 128
    c.field.position = FrequencyEncoding(7)
    c.field.direction = FrequencyEncoding(1)
    c.field.deformation = StackConfiguration(layers: 4, width: 64, skip: 4)
    c.field.hyper = StackConfiguration(layers: 3, width: 32, skip: 3)
    c.field.template = StackConfiguration(layers: 2, width: 64, skip: 2)
    c.field.headLayers = 1
    c.field.headWidth = 64
    c.field.templateExtra = .driving
    c.field.sharesTemplate = true
    c.field.density = .softplus(scale: 10)
    c.field.initialDisplacement = 0.01
    c.field.modulatedDisplacement = true
    c.field.grid = GridConfiguration(channels: 8, resolution: [64, 64, 64], feedsTrunk: true)
    c.field.grid.focus = 2
    c.field.positionCenter = [0, -0.3, 0.5]
    c.field.positionScale = 0.5
    c.sampling = RaySampling(coarse: 16, fine: 16, densityNoise: 0)
    c.steps = 6_000
    c.rays.rays = 1024
    c.rays.frames = 4
    c.optimizer = OptimizerConfiguration(grid: 2e-2, template: 3e-3, deformation: 1e-3, decay: 0.03, secondMoment: 0.99, epsilon: 1e-15)
    c.mesh = MeshConfiguration(warmUpSteps: 3_000, weight: 100, finalWeight: 30)
    c.saveEvery = 500
    c.validateEvery = 500
    return c
  }()

  /// The fast field: what trains in minutes and renders live on four cores.
  package static let fast: SubjectConfiguration = {
    var c = compact
    c.preset = "fast"
    var planes = HyperPlanesConfiguration()
    // As many as fit into the box: behind cells that only look occupied a surface must still be reached.
    (planes.samples, planes.imageSamples) = (96, 96)
    (planes.lattice, planes.latticeFocus, planes.latticeInner) = ([48, 64, 40], 0.68, 0.8)
    (planes.headFields, planes.coefficients, planes.basisEvery) = (64, 256, 2)
    planes.rayEnd = 12
    planes.templateOccupancy = [160, 192, 136]
    c.planes = planes
    c.size = 256
    c.steps = 30_000
    c.rays.rays = 2048
    c.rays.frames = 4
    c.rays.everywhere = 0.5
    c.rays.errorCells = 48
    c.rays.blinks = 0.25
    c.rays.lids = true
    // The fields of the head know most of it already.
    c.mesh.warmUpSteps = 600
    c.mesh.warmUpLearningRate = 1e-3
    c.optimizer.grid = 0.035
    c.optimizer.deformationWarmUp = 300
    c.mesh.every = 4
    (c.mesh.weight, c.mesh.finalWeight) = (20, 5)
    c.lift.views = 160
    c.lift.firstSteps = 60
    c.lift.finalWeight = 0.06
    c.saveEvery = 2_000
    c.validateEvery = 2_000
    return c
  }()

  /// In the order in which they are told of.
  package static let presets = [fast, compact, reference]
  package static func preset(_ name: String) -> SubjectConfiguration? { presets.first { $0.preset == name } }

  /// What a run was started with; fields that are younger than the run are as its preset has them. Throws `RunError`.
  package init(_ run: RunFolder) throws { try self.init(run.record, at: run.url) }

  /// The same of a record that stands at `url`.
  init(_ record: RunRecord, at url: URL) throws {
    let known = try? record.configuration(as: Known.self, run: url)
    var defaults = Self.preset(known?.preset ?? "") ?? .reference
    // What runs had that lack these.
    defaults.planes?.headFields = 0
    defaults.planes?.latticeInner = 1
    defaults.planes?.basisEvery = 1
    defaults.planes?.rayEnd = 0
    defaults.planes?.templateOccupancy = []
    defaults.optimizer.deformationWarmUp = 0
    defaults.rays.errorCells = 0
    defaults.mesh.rest = known?.planes?.headFields ?? 0 > 0 ? .parted : .widest
    if known?.speech != nil { defaults.speech = SpeechConfiguration() }
    self = try record.configuration(run: url, defaults: defaults)
    do { try check() } catch { throw RunError(url.appending(path: "config.json"), .configuration("\(error)")) }
  }
  private struct Known: Decodable {
    struct Anything: Decodable {}
    struct Planes: Decodable { let headFields: Int? }
    let preset: String
    let speech: Anything?
    let planes: Planes?
  }
}
