import Datasets
import Face
import Foundation
import Metrics
import Torch

/// How near a capture comes to the truth of a film whose truth is known, as that of `synth performer`.
package struct CaptureAccuracy {
  /// Frames that both have.
  package private(set) var frames = 0
  /// Degrees between the head's directions: the median, and what 95 % of the frames keep below.
  package private(set) var rotationMedian = Double.nan, rotationMost = Double.nan
  /// The same after the turn that all frames differ by is taken out: what two fits disagree on that take different heads for straight.
  package private(set) var motionMedian = Double.nan, motionMost = Double.nan
  /// The tracked focal length over the true one, in the same pixels.
  package private(set) var focalRatio = Double.nan
  /// Turns of the head, directions of the eyes, and every expression that the truth moves, by name.
  package private(set) var turns: [String: MotionFidelity] = [:]
  package private(set) var gaze: [String: MotionFidelity] = [:]
  package private(set) var expressions: [String: MotionFidelity] = [:]
  private var shared: [Double], together: [Double]

  /// Compares a capture's track with the true one, by frame numbers; throws `EvaluationError` if they have no frame in common.
  package init(_ track: Track, truth: Track) throws {
    let kinds = SemanticClass.allCases.count
    (shared, together) = ([Double](repeating: 0, count: kinds), [Double](repeating: 0, count: kinds))
    let known = Dictionary(truth.frames.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
    let pairs = track.frames.compactMap { frame in known[frame.index].map { (found: frame.state, truth: $0.state) } }
    guard !pairs.isEmpty else { throw EvaluationError.nothingInCommon }
    frames = pairs.count
    let angles = pairs.map { Self.angle($0.found.pose.rotation, $0.truth.pose.rotation) }.sorted()
    rotationMedian = angles[angles.count / 2]
    rotationMost = angles[min(angles.count - 1, angles.count * 95 / 100)]
    (motionMedian, motionMost) = Self.withoutConstant(pairs.map { ($0.found.pose.rotation, $0.truth.pose.rotation) })
    focalRatio = Double(track.camera.focal.x) / Double(track.camera.width) * Double(truth.camera.width) / Double(truth.camera.focal.x)

    func compare(_ signal: (FaceState) -> Double?) -> MotionFidelity {
      MotionFidelity(pairs.map { signal($0.found) }, truth: pairs.map { signal($0.truth) })
    }
    for (axis, name) in ["yaw", "pitch", "roll"].enumerated() {
      turns[name] = compare { Double($0.pose.rotation.yawPitchRoll[axis]) }
    }
    for (axis, name) in ["yaw", "pitch"].enumerated() { gaze[name] = compare { Double($0.gaze[axis]) } }
    for name in truth.expressionNames {
      guard let found = track.expressionNames.firstIndex(of: name), let true_ = truth.expressionNames.firstIndex(of: name) else { continue }
      let fidelity = MotionFidelity(
        pairs.map { Double($0.found.expression[found]) }, truth: pairs.map { Double($0.truth.expression[true_]) })
      // What the truth never does is not judged.
      if fidelity.amplitude != nil { expressions[name] = fidelity }
    }
  }

  /// The median and the 95th percentile of the angles between pairs of rotations whose median difference, by axis, is taken out; degrees.
  private static func withoutConstant(_ pairs: [(found: Matrix3, truth: Matrix3)]) -> (median: Double, most: Double) {
    let turns = pairs.map { ($0.found * $0.truth.transposed).rotationVector }
    let middle = SIMD3<Float>((0..<3).map { axis in turns.map { $0[axis] }.sorted()[turns.count / 2] })
    let angles = turns.map { Double(length($0 - middle)) * 180 / .pi }.sorted()
    return (angles[angles.count / 2], angles[min(angles.count - 1, angles.count * 95 / 100)])
  }

  /// The angle between two rotations, degrees.
  private static func angle(_ a: Matrix3, _ b: Matrix3) -> Double {
    let turn = a.transposed * b
    return acos(min(max((Double(turn.x.x + turn.y.y + turn.z.z) - 1) / 2, -1), 1)) * 180 / .pi
  }

  /// Counts a frame's classes `[H, W]` uint8 beside the true ones of the same size.
  package mutating func add(labels: Tensor, truth: Tensor) {
    for kind in SemanticClass.allCases {
      let (a, b) = (labels .== Double(kind.rawValue), truth .== Double(kind.rawValue))
      shared[Int(kind.rawValue)] += (a .& b).to(.float32).sum().item
      together[Int(kind.rawValue)] += (a .| b).to(.float32).sum().item
    }
  }

  /// Pixels of a class in both over pixels of it in either, of the frames that were added; classes that neither has are left out.
  package var overlaps: [String: Double] {
    Dictionary(
      uniqueKeysWithValues: SemanticClass.allCases.filter { together[Int($0.rawValue)] > 0 }
        .map { ($0.name, shared[Int($0.rawValue)] / together[Int($0.rawValue)]) })
  }
  /// The mean over classes.
  package var overlap: Double? {
    let all = overlaps.values
    return all.isEmpty ? nil : all.reduce(0, +) / Double(all.count)
  }

  /// The figures by name: `rotation.median`, `yaw.correlation`, `jawOpen.correlation`, `iou.lips`, ...
  package var figures: [String: Double] {
    var all = ["frames": Double(frames), "rotation.median": rotationMedian, "rotation.p95": rotationMost, "focal.ratio": focalRatio]
    func put(_ name: String, _ fidelity: MotionFidelity) {
      all["\(name).correlation"] = fidelity.correlation
      all["\(name).amplitude"] = fidelity.amplitude
    }
    for (name, fidelity) in turns { put(name, fidelity) }
    for (name, fidelity) in gaze { put("gaze.\(name)", fidelity) }
    for (name, fidelity) in expressions { put(name, fidelity) }
    for (name, overlap) in overlaps { all["iou.\(name.replacing(" ", with: "_"))"] = overlap }
    all["iou.mean"] = overlap
    return all
  }

  /// The figures for people.
  package var table: String {
    func row(_ name: String, _ fidelity: MotionFidelity?) -> String? {
      guard let fidelity else { return nil }
      func number(_ value: Double?) -> String {
        let text = value.map { String(format: "%.3f", locale: nil, $0) } ?? "-"
        return String(repeating: " ", count: max(0, 12 - text.count)) + text
      }
      return name.padding(toLength: 18, withPad: " ", startingAt: 0) + number(fidelity.correlation) + number(fidelity.amplitude)
    }
    let shown = ["jawOpen", "eyeBlinkLeft", "eyeBlinkRight", "mouthPucker", "mouthFunnel", "mouthSmileLeft", "browInnerUp"]
    var lines = [
      String(
        format: "head rotation     %.2f degrees off (median), %.2f (95 %% of %d frames); focal length %.2f of the true one", locale: nil,
        rotationMedian, rotationMost, frames, focalRatio), "", "                   correlation   amplitude",
    ]
    lines += ["yaw", "pitch", "roll"].compactMap { row("head \($0)", turns[$0]) }
    lines += ["yaw", "pitch"].compactMap { row("gaze \($0)", gaze[$0]) }
    lines += shown.compactMap { row($0, expressions[$0]) }
    if let overlap {
      let each = SemanticClass.allCases.compactMap { kind in
        overlaps[kind.name].map { "\(kind.name) " + String(format: "%.2f", locale: nil, $0) }
      }
      lines += [
        "", "masks, shared area over joint area: mean " + String(format: "%.3f", locale: nil, overlap), each.joined(separator: ", "),
      ]
    }
    return lines.joined(separator: "\n")
  }
}
