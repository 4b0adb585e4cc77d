import Capture
import Foundation
import Metrics
import Torch

/// `eval.json`, in the form of nerfstudio's `ns-eval`.
///
/// `results` holds plain figures, `psnr`, `ssim_head`, `l1_mouth`, ..., and the motion twice: as `motion.lip_gap.correlation` by one key
/// and nested as `motion`, `lip_gap`, `correlation`.
struct EvaluationReport: Encodable {
  var experimentName, methodName, checkpoint: String
  var results: Results

  struct Results: Encodable {
    var scores: [String: Double]
    var motion: [String: MotionFidelity]

    func encode(to encoder: any Encoder) throws {
      var all = encoder.container(keyedBy: Name.self)
      for (name, value) in scores { try all.encode(value, forKey: Name(name)) }
      var nested = all.nestedContainer(keyedBy: Name.self, forKey: Name("motion"))
      for (name, fidelity) in motion {
        var signal = nested.nestedContainer(keyedBy: Name.self, forKey: Name(name))
        try signal.encode(fidelity.correlation, forKey: Name("correlation"))
        try signal.encode(fidelity.amplitude, forKey: Name("amplitude"))
        try signal.encode(fidelity.frames, forKey: Name("frames"))
        try all.encode(fidelity.correlation, forKey: Name("motion.\(name).correlation"))
        try all.encode(fidelity.amplitude, forKey: Name("motion.\(name).amplitude"))
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
    case checkpoint, results
  }

  func write(to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(encoder.encode(self) + Data("\n".utf8), to: url)
  }

  /// The figures for people.
  var table: String {
    func number(_ value: Double?, _ digits: Int, _ width: Int) -> String {
      let text = value.map { String(format: "%.\(digits)f", locale: nil, $0) } ?? "-"
      return String(repeating: " ", count: max(0, width - text.count)) + text
    }
    func name(_ text: String) -> String { text.padding(toLength: 14, withPad: " ", startingAt: 0) }
    var lines = [name("") + "   PSNR    SSIM      L1"]
    for part in [""] + Region.allCases.map({ "_" + $0.rawValue }) where results.scores["psnr" + part] != nil {
      let s = results.scores
      let title = part.isEmpty ? "whole picture" : String(part.dropFirst())
      lines.append(name(title) + number(s["psnr" + part], 2, 7) + number(s["ssim" + part], 4, 8) + number(s["l1" + part], 4, 8))
    }
    lines.append("\n" + name("") + " correlation  amplitude")
    for signal in MotionSignals.names {
      guard let found = results.motion[signal] else { continue }
      lines.append(name(signal.replacing("_", with: " ")) + number(found.correlation, 3, 12) + number(found.amplitude, 3, 11))
    }
    let s = results.scores
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
    let frames = Int(results.scores["frames"] ?? 0)
    return lines.joined(separator: "\n") + "\n\nmeans over \(frames) frames, judged at " + number(results.scores["fps"], 2, 0) + " a second"
  }
}
