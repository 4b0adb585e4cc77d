import Foundation
import Metrics
import Torch
import Tracking

/// `eval.json`, in the form of nerfstudio's `ns-eval`.
///
/// `results` holds plain figures, `psnr`, `ssim_head`, `l1_mouth`, ..., and the motion twice: as `motion.lip_gap.correlation` by one key
/// and nested as `motion`, `lip_gap`, `correlation`. `definitions` says of each kind of figure there what it is, and its range.
package struct EvaluationReport: Encodable {
  package var experimentName, methodName, checkpoint: String
  package var results: Results
  /// What is missing and why, for people.
  package var notes: [String] = []

  package init(experimentName: String, methodName: String, checkpoint: String, results: Results, notes: [String] = []) {
    (self.experimentName, self.methodName, self.checkpoint) = (experimentName, methodName, checkpoint)
    (self.results, self.notes) = (results, notes)
  }

  package struct Results: Encodable {
    package var scores: [String: Double]
    package var motion: [String: MotionFidelity]
    package var lipSync: Lag?
    /// Of an avatar made from one photo, by how far the head is turned from it.
    package var byAngle: [IdentityByAngle.Group] = []

    package init(
      scores: [String: Double], motion: [String: MotionFidelity], lipSync: Lag?, byAngle: [IdentityByAngle.Group] = []
    ) {
      (self.scores, self.motion, self.lipSync, self.byAngle) = (scores, motion, lipSync, byAngle)
    }

    /// All of them by one key each.
    package var flat: [String: Double] {
      var all = scores
      for (name, fidelity) in motion {
        all["motion.\(name).correlation"] = fidelity.correlation
        all["motion.\(name).amplitude"] = fidelity.amplitude
      }
      all["motion.lip_gap.lag"] = lipSync.map { Double($0.frames) }
      all["motion.lip_gap.lag_correlation"] = lipSync?.correlation
      return all
    }

    package func encode(to encoder: any Encoder) throws {
      var all = encoder.container(keyedBy: Name.self)
      // JSON has no word for what is not finite.
      for (name, value) in flat where value.isFinite { try all.encode(value, forKey: Name(name)) }
      if !byAngle.isEmpty { try all.encode(byAngle, forKey: Name("by_angle")) }
      var nested = all.nestedContainer(keyedBy: Name.self, forKey: Name("motion"))
      for (name, fidelity) in motion {
        var signal = nested.nestedContainer(keyedBy: Name.self, forKey: Name(name))
        try signal.encode(fidelity.correlation, forKey: Name("correlation"))
        try signal.encode(fidelity.amplitude, forKey: Name("amplitude"))
        try signal.encode(fidelity.frames, forKey: Name("frames"))
        if name == "lip_gap", let lipSync {
          try signal.encode(lipSync.frames, forKey: Name("lag"))
          try signal.encode(lipSync.correlation, forKey: Name("lag_correlation"))
        }
      }
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    var intValue: Int? { nil }
    init?(intValue: Int) { nil }
  }
  enum CodingKeys: String, CodingKey {
    case experimentName = "experiment_name"
    case methodName = "method_name"
    case checkpoint, results, definitions, notes
  }

  package func encode(to encoder: any Encoder) throws {
    var all = encoder.container(keyedBy: CodingKeys.self)
    try all.encode(experimentName, forKey: .experimentName)
    try all.encode(methodName, forKey: .methodName)
    try all.encode(checkpoint, forKey: .checkpoint)
    try all.encode(results, forKey: .results)
    try all.encode(FigureDefinition.of(results.flat.keys), forKey: .definitions)
    if !notes.isEmpty { try all.encode(notes, forKey: .notes) }
  }

  package func write(to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(encoder.encode(self) + Data("\n".utf8), to: url)
  }

  /// The figures for people.
  package var table: String {
    func number(_ value: Double?, _ digits: Int, _ width: Int) -> String {
      let text = value.map { String(format: "%.\(digits)f", locale: nil, $0) } ?? "-"
      return String(repeating: " ", count: max(0, width - text.count)) + text
    }
    func name(_ text: String) -> String { text.padding(toLength: 14, withPad: " ", startingAt: 0) }
    let s = results.scores
    var lines = [name("") + "   PSNR    SSIM      L1  sharpness  detail"]
    for part in [""] + Region.allCases.map({ "_" + $0.rawValue }) + ["_face_only"] where s["psnr" + part] != nil {
      let title = part.isEmpty ? "whole image" : String(part.dropFirst()).replacing("_", with: " ")
      lines.append(
        name(title) + number(s["psnr" + part], 2, 7) + number(s["ssim" + part], 4, 8) + number(s["l1" + part], 4, 8)
          + number(s["sharpness" + part], 2, 11) + number(s["detail" + part], 2, 8))
    }
    lines.append("\n" + name("") + " correlation  amplitude")
    for signal in MotionSignals.names {
      guard let found = results.motion[signal] else { continue }
      lines.append(name(signal.replacing("_", with: " ")) + number(found.correlation, 3, 12) + number(found.amplitude, 3, 11))
    }
    if let sync = results.lipSync {
      lines.append(name("lip sync") + number(sync.correlation, 3, 12) + "   at a lag of \(sync.frames) frames, of those up to 10")
    }
    let perceived = [
      ("lpips", "LPIPS"), ("lpips_face_only", "LPIPS face only"), ("identity", "identity"), ("identity_aside", "20 degrees aside"),
      ("sync_confidence", "sync confidence"),
    ]
    .compactMap { key, title in s[key].map { "\(title) " + number($0, 4, 0) } }
    if !perceived.isEmpty { lines.append("\n" + perceived.joined(separator: ", ")) }
    if let aed = s["aed"] {
      lines.append("\n" + name("tracked again") + "  avatar   truth held still")
      lines.append(name("AED") + number(aed, 4, 8) + number(s["aed_still"], 4, 19) + "   expression coefficients, 0...1")
      lines.append(name("APD") + number(s["apd"], 4, 8) + number(s["apd_still"], 4, 19) + "   yaw, pitch, roll, radians")
      lines.append(name("APD (6)") + number(s["apd_6"], 4, 8) + number(s["apd_6_still"], 4, 19) + "   and place, head units")
    }
    if let error = s["torso.speed_error"] ?? s["torso.change_error"] {
      lines.append("\n" + name("torso") + "  avatar and truth apart   truth moves")
      if s["torso.speed_error"] != nil {
        lines.append(name("speed") + number(error, 3, 24) + number(s["torso.speed_truth"], 3, 14) + "   1/1000 of the width a frame")
        lines.append(name("place") + number(s["torso.shift_error"], 3, 24) + number(nil, 3, 14) + "   1/1000 of the width")
      }
      lines.append(name("change") + number(s["torso.change_error"], 4, 24) + number(s["torso.change_truth"], 4, 14) + "   a frame, 0...1")
      lines.append(
        name("of background") + number(s["background.change_error"], 4, 24) + number(s["background.change_truth"], 4, 14))
    }
    if !results.byAngle.isEmpty {
      lines.append("\nturned from the photo   frames   identity to photo   to truth   PSNR head")
      for group in results.byAngle {
        let range = "\(Int(group.from)) to \(Int(group.to)) degrees"
        lines.append(
          range.padding(toLength: 21, withPad: " ", startingAt: 0) + number(Double(group.frames), 0, 9) + number(group.identityPhoto, 3, 20)
            + number(group.identityTruth, 3, 11) + number(group.psnrHead, 2, 12))
      }
    }
    let frames = Int(results.scores["frames"] ?? 0)
    if !notes.isEmpty { lines += [""] + notes }
    return lines.joined(separator: "\n") + "\n\nmeans over \(frames) frames, judged at " + number(results.scores["fps"], 2, 0) + " a second"
  }
}
