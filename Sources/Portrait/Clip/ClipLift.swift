import Datasets
import Face
import Foundation
import Photos
import Segmentation
import Torch
import Tracking

/// A clip's person as lifts of a few of its frames: one from the front and, where the head turns, one from either side. Seen from aside,
/// each is good near the view of its own frame.
package struct ClipLift {
  /// A frame that was lifted.
  private struct Source {
    let lift: PortraitLift
    let state: FaceState
    let torso: SIMD4<Float>
    /// From where the camera sees the head, radians: positive from the head's left.
    let azimuth: Float
  }
  private let sources: [Source]
  private let filmedStates: [(state: FaceState, azimuth: Float)]
  /// From where nearly all frames see the head.
  private let filmed: ClosedRange<Float>

  /// Frames turned by less than this from the front one, radians, get no lift of their own.
  private static let apart: Float = 8 * .pi / 180
  /// How far views go aside, up and down, radians, and the share of them in which the head turns and not the camera.
  private static let (mostAside, mostUp, turning) = (Float(38) * .pi / 180, Float(14) * .pi / 180, Float(0.35))
  /// The share of them with shut eyes.
  private static let blinking: Float = 0.15
  /// How often a side that the clip shows is shown again.
  private static let again: Float = 0.2
  /// About what a head turns, head units.
  private static let neckRoot: SIMD3<Float> = [0, -1.3, -0.55]

  /// Lifts frames of `dataset` that it trains on; nil where none of them can be: it was tracked with another head model, keeps no landmarks, or
  /// its images are not square.
  /// Throws what reading the dataset throws.
  package init?(_ dataset: Dataset, model: MorphableModel = .builtIn()) throws {
    let track = dataset.track, frames = track.frames
    guard track.modelName == model.name, track.expressionNames == model.expressionNames, dataset.width == dataset.height else { return nil }
    let usable = dataset.trainIndices.filter { frames[$0].landmarks?.count == LandmarkModel.count + 10 }
    let chosen = Self.chosen(usable, track)
    guard !chosen.isEmpty else { return nil }
    filmedStates = usable.map { (frames[$0].state, Self.azimuth($0, track)) }
    let azimuths = filmedStates.map(\.azimuth).sorted()
    filmed = azimuths[azimuths.count / 50]...azimuths[azimuths.count - 1 - azimuths.count / 50]
    sources = try chosen.map { position in
      let photo = try LiftPhoto(frameAt: position, of: dataset)
      return Source(
        lift: try PortraitLift(photo, model: model), state: photo.state, torso: frames[position].torso,
        azimuth: Self.azimuth(position, track))
    }
  }

  /// The frame seen most from the front and, where there are some, those seen most from either side: with open eyes, a shut mouth, and near
  /// the clip's rest.
  private static func chosen(_ usable: [Int], _ track: Track) -> [Int] {
    guard !usable.isEmpty else { return [] }
    func unrest(_ position: Int) -> Float {
      let e = track.frames[position].state.expression
      let most = track.expressionNames.indices.reduce(Float(0)) { sum, i in
        let name = track.expressionNames[i], weight: Float = name.hasPrefix("eyeBlink") || name == "jawOpen" ? 2 : 0.3
        return sum + weight * e[i] * e[i]
      }
      return most.squareRoot()
    }
    let azimuths = Dictionary(uniqueKeysWithValues: usable.map { ($0, azimuth($0, track)) })
    // A tenth of full expression is worth two degrees.
    func best(_ cost: (Float) -> Float) -> Int {
      usable.min { a, b in
        cost(azimuths[a]!) + 0.35 * unrest(a) < cost(azimuths[b]!) + 0.35 * unrest(b)
      }!
    }
    let front = best { abs($0) }, middle = azimuths[front]!
    let sides = [best { $0 }, best { -$0 }].filter { abs(azimuths[$0]! - middle) > apart }
    return [front] + sides
  }

  /// From where the camera sees the head in a frame.
  private static func azimuth(_ position: Int, _ track: Track) -> Float {
    let place = track.cameraInHead(position).position
    return atan2(place.x, place.z)
  }

  /// Lids that are shut do not follow the eyes.
  private static func shutEyes(_ expression: inout [Float]) {
    for (i, name) in ExpressionNames.arkit.enumerated() where expression.indices.contains(i) {
      if name.hasPrefix("eyeBlink") { expression[i] = 1 }
      if name.hasPrefix("eyeLook") { expression[i] = 0 }
    }
  }

  /// As many views: of the clip's expressions, from all sides about its front, most by a camera that goes aside, some by a head that turns.
  /// `film` is the clip's camera at any size. The same `seed` gives the same.
  package func views(_ count: Int, _ film: Camera, seed: UInt64) throws -> [DrawnView] {
    var random = SeededRandom(seed: seed, stream: "views of the lift")
    let front = sources[0].azimuth
    return try (0..<count).map { number in
      var wanted = front + random.within(-Self.mostAside, Self.mostAside)
      // What the clip shows it shows better.
      while filmed.contains(wanted), random.unit() > Self.again { wanted = front + random.within(-Self.mostAside, Self.mostAside) }
      let up = random.within(-Self.mostUp, Self.mostUp)
      let source = sources.min { abs($0.azimuth - wanted) < abs($1.azimuth - wanted) }!
      let aside = wanted - source.azimuth
      var state = source.state
      var held = (pose: source.state.pose, azimuth: source.azimuth)
      // Some at rest, so that what the frame shows is there as it shows it, and some with shut eyes, of which a clip has few.
      if random.unit() > 0.25 {
        let other = filmedStates[Int(random.unit() * Float(filmedStates.count)) % filmedStates.count]
        state.expression = other.state.expression
        // As heads are held in the clip, so that sides of the torso are known wherever it is about them.
        if abs(other.azimuth - source.azimuth) < Self.apart { held = (other.state.pose, other.azimuth) }
      }
      if random.unit() < Self.blinking { Self.shutEyes(&state.expression) }
      var camera = film
      let home = state.pose
      if random.unit() < Self.turning {
        // A head that turns its face away is seen from its other side.
        let turn = Rigid(rotation: Matrix3(yaw: -aside, pitch: up, roll: 0))
        state.pose = home * Rigid(translation: Self.neckRoot) * turn * Rigid(translation: -Self.neckRoot)
      } else {
        state.pose = held.pose
        camera = film.around(home.translation, yaw: wanted - held.azimuth, pitch: up)
      }
      let nothing = Tensor.zeros([camera.height, camera.width, 3])
      let image = try source.lift.render(state, torso: .zero, heard: nil, background: nothing, camera: camera)
      return DrawnView(state: state, torso: source.torso, camera: camera, image: image)
    }
  }
}

extension LiftPhoto {
  /// A frame of a dataset as a photo: where the head is and how it is held are the dataset's own. It must have landmarks.
  fileprivate init(frameAt position: Int, of dataset: Dataset) throws {
    let frame = dataset.track.frames[position], image = try dataset.image(position), labels = try dataset.labels(position)
    let (width, height) = (dataset.width, dataset.height)
    // Masks are hard, and their border is half background.
    let person = (labels .!= Double(SemanticClass.background.rawValue)).to(.float32)
    let rim = max(1, width / 128), side = 2 * rim + 1
    let mean = call("aten::avg_pool2d", person.unsqueeze(0).unsqueeze(0), [side, side], [1, 1], [rim, rim], false, false)[0][0]
    let points = (frame.landmarks ?? []).map { SIMD3($0.x, $0.y, 0) }
    var state = frame.state
    state.identity = dataset.track.identity
    self.init(
      name: "frame \(frame.index)",
      crop: PhotoCrop(center: [Float(width) / 2, Float(height) / 2], side: Float(width), roll: 0, size: width),
      image: image, landmarks: FaceLandmarks(points: points, presence: 1), state: state, faceModel: dataset.track.modelName,
      camera: dataset.camera, frame: dataset.camera,
      alpha: ((mean - 0.5) * 2).clamp(0, 1), labels: labels)
  }
}
