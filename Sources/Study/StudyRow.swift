import Foundation
import Subject

/// One training of a study: what of the method it has, and what drives it.
package struct StudyRow: Codable, Sendable, Equatable {
  /// What the person is driven by.
  package typealias Driver = Subject.Driver
  /// What is switched off or on, beside the driver.
  package enum Method: Codable, Sendable, Equatable {
    /// The whole method, texture enhancement included.
    case full
    /// Without texture enhancement.
    case field
    /// That, and without dynamic weighted sampling: rays are drawn uniformly.
    case uniformRays
    /// That, and without the local deformation field F_h: no ambient coordinates.
    case noAmbient
    /// That, and without the global one F_d: no hyper-space deformation at all.
    case noDeformation
    /// The field with another sampling weight of lips and mouth.
    case mouthWeight(Double)
    /// NerFACE in this engine: no deformation, expression into the template, no classes, uniform rays.
    case nerFACE
    /// Without texture enhancement, and speech as in the paper: images alone teach one network what to say, no tracked expression does.
    case taughtByImages
    /// The paper's networks at the sizes of a preset, without texture enhancement.
    case networks(preset: String)
  }

  /// The row's folder and its name in the tables' files.
  package var name: String
  /// For people.
  package var title: String
  package var method: Method
  package var driver: Driver
  /// What differs from the study's seed, so that two rows may differ in chance alone.
  package var seedOffset: UInt64 = 0

  package init(_ name: String, _ title: String, _ method: Method, _ driver: Driver, seedOffset: UInt64 = 0) {
    (self.name, self.title, self.method, self.driver, self.seedOffset) = (name, title, method, driver, seedOffset)
  }

  /// Whether texture enhancement is part of it.
  package var enhances: Bool { method == .full }

  /// Time of training of a texture enhancement over that of the field, which has as long as in every other row.
  package static let textureShare = 0.25
  /// Time of training of the row over that of a field alone.
  package var cost: Double { enhances ? 1 + Self.textureShare : 1 }

  /// What its field is trained with: images of `size` (nil: as the preset has it), from `seed`.
  ///
  /// Time, not a number of steps, ends it, so checkpoints are made more often than a preset's.
  package func configuration(size: Int?, seed: UInt64) -> SubjectConfiguration {
    var c = SubjectConfiguration.fast
    if case .networks(let preset) = method, let other = SubjectConfiguration.preset(preset) { c = other }
    // All rows see the same images.
    c.size = size ?? SubjectConfiguration.fast.size
    c.seed = seed + seedOffset
    c.drive(by: driver)
    (c.saveEvery, c.validateEvery) = c.planes == nil ? (c.preset == "compact" ? (50, 200) : (5, 1_000_000)) : (250, 250)
    func withoutSampling() { c.rays.rule = .uniform }
    func withoutDisplacement() {
      c.planes?.displaces = false
      (c.mesh.weight, c.mesh.finalWeight, c.mesh.warmUpSteps) = (0, 0, 0)
    }
    switch method {
    case .full, .field, .networks: break
    case .uniformRays: withoutSampling()
    case .noAmbient:
      withoutSampling()
      c.planes?.lifts = false
    case .noDeformation:
      withoutSampling()
      c.planes?.lifts = false
      withoutDisplacement()
    case .taughtByImages:
      if var speech = c.speech {
        (speech.trackedShare, speech.trackedLoss, speech.members, speech.emphasis, speech.steps) = (0, 0, 1, 1, c.steps)
        c.speech = speech
      }
    case .mouthWeight(let weight): for i in c.loss.mouthClasses { c.rays.weights[i] = weight }
    case .nerFACE:
      withoutSampling()
      c.planes?.lifts = false
      withoutDisplacement()
      // Nothing that needs masks.
      c.loss.semantic = 0
      c.planes?.opacityLoss = 0
    }
    return c
  }

  /// What the row is, in a sentence.
  package var words: String {
    let what =
      switch method {
      case .full: "the whole method: fast field, then texture enhancement (light) for a quarter of the field's time on top"
      case .field: "the fast field without texture enhancement (TE)"
      case .uniformRays: "without TE, and rays drawn uniformly over the image in place of dynamic weighted sampling (DWS)"
      case .noAmbient: "without TE and DWS, and without the local deformation field (LDF): all points at w = 0"
      case .noDeformation:
        "without TE and DWS, and without the hyper-space deformation module (HDM): points are not moved, the torso is not carried, nothing follows the mesh"
      case .mouthWeight(let weight): "without TE, sampling weight of lips and mouth interior \(weight.formatted(plain: 1))"
      case .taughtByImages:
        "without TE, and speech as in the paper: images alone teach one speech network, in the place of tracked expressions"
      case .nerFACE:
        "NerFACE in this engine: expression into the template, no deformation, no classes, uniform rays; planes and grid as in the fast field"
      case .networks(let preset): "the paper's networks at the sizes of the preset \(preset), without TE"
      }
    let driven =
      switch driver {
      case .expression: "driven by the tracked coefficients"
      case .speech: "driven by speech"
      case .both: "driven by either signal, judged by coefficients"
      }
    return "\(what); \(driven)" + (seedOffset > 0 ? "; another seed than the other rows" : "")
  }
}

extension Double {
  /// With a point and `digits` digits after it at most, in no language's fashion.
  func formatted(plain digits: Int) -> String {
    var text = String(format: "%.\(digits)f", locale: nil, self)
    while text.contains("."), text.hasSuffix("0") || text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
