import Datasets
import Face
import Foundation
import Tracking

/// Judges what was found in a clip: what stands in the way of a good avatar, and what its user can do about it.
struct Preflight {
  let video: URL
  let survey: ClipSurvey
  let chosen: Int
  let crop: FaceCrop
  let track: Track
  let eyes: CaptureReport.Eyes?
  let builder: DatasetBuilder
  /// Of the shot, if there is any.
  let sound: ShotSound?
  let fps: Double
  let seconds: Double

  private var shot: ClipSurvey.Shot { survey.shots[chosen] }

  func report() -> CaptureReport {
    let errors = track.frames.map { Double($0.error) }.sorted()
    let faces = shot.faces.compactMap { $0 }
    let turns = track.frames.map { $0.state.pose.rotation.yawPitchRoll }
    func degrees(_ axis: Int) -> CaptureReport.Extent {
      let e = Self.extent(turns.map { Double($0[axis]) * 180 / .pi })
      return .init(low: Self.rounded(e.low), high: Self.rounded(e.high))
    }
    var expression: [String: CaptureReport.Extent] = [:]
    for (i, name) in track.expressionNames.enumerated() {
      let e = Self.extent(track.frames.map { Double($0.state.expression[i]) })
      if e.high > 0.05 { expression[name] = .init(low: Self.rounded(e.low), high: Self.rounded(e.high)) }
    }
    var report = CaptureReport(
      source: video.lastPathComponent,
      frames: .init(
        total: survey.total, shot: shot.range.count, tracked: track.frames.count, withoutFace: shot.range.count - track.frames.count),
      reprojection: .init(
        medianOverEyeDistance: Self.rounded(errors[errors.count / 2], 5),
        p95OverEyeDistance: Self.rounded(errors[errors.count * 19 / 20], 5)),
      fps: Self.rounded(Double(shot.range.count) / max(seconds, 1e-3)), rate: fps,
      shots: survey.shots.enumerated().map { i, s in
        .init(first: s.range.lowerBound, end: s.range.upperBound, tracked: s.tracked, used: i == chosen)
      },
      face: .init(
        width: Self.rounded(Double(median(faces.map { $0.box.high.x - $0.box.low.x }))),
        eyeDistance: Self.rounded(Double(median(faces.map(\.eyeDistance)))), crop: [crop.box.x, crop.box.y, crop.box.width],
        scale: Self.rounded(Double(crop.scale), 4)),
      focal: Self.rounded(Double(track.camera.focal.x)), yaw: degrees(0), pitch: degrees(1), roll: degrees(2), expression: expression,
      eyes: eyes, blur: Self.rounded(builder.blurs.isEmpty ? 0 : builder.blurs.sorted()[builder.blurs.count / 2], 3), sound: sound?.offset,
      sync: sound?.shift, diagnoses: [],
      model: track.modelName)
    report.diagnoses = diagnoses(report)
    return report
  }

  private func diagnoses(_ r: CaptureReport) -> [Diagnosis] {
    var all: [Diagnosis] = []
    func add(_ code: Diagnosis.Code, _ message: String) { all.append(Diagnosis(code, message)) }
    if let damage = survey.damage { add(.damaged, "\(damage): the part that can be read is used") }
    if survey.quarterTurns != 0 { add(.turned, "the clip \(UprightSearch.notice(survey.quarterTurns))") }
    if survey.shots.count > 1 {
      let others = survey.shots.count - 1
      add(
        .cuts,
        "the clip has \(survey.shots.count) shots; shot \(chosen + 1), frames \(shot.range.lowerBound) to \(shot.range.upperBound - 1), is used "
          + "and \(others == 1 ? "the other is" : "the other \(others) are") left out; --shot chooses another")
    }
    if survey.crowd.count(where: { $0 > 1 }) * 4 > survey.crowd.count {
      add(.severalFaces, "several faces are in the image; the largest one is tracked. Film one person alone, or cut the others off")
    }
    let missing = r.frames.withoutFace
    if missing * 50 > r.frames.shot {
      add(.noFace, "\(missing) of \(r.frames.shot) frames of the shot show no face that could be tracked and are left out")
    }
    let outside = framesOutside
    if outside * 50 > r.frames.tracked {
      add(.faceLeavesFrame, "the face reaches over the border of the image in \(outside) frames; leave room around the head")
    }
    if builder.camera.isMoving {
      add(
        .movingCamera,
        String(format: "the camera moves (by %.1f %% of the image): ", 100 * builder.camera.wandering)
          + "the avatar's background will be blurred. Film from a tripod")
    }
    if builder.drawing.isDrawing {
      add(.cartoon, "the face looks drawn or animated: the head model is a person's, and an avatar of a drawing will be poor")
    }
    if r.face.eyeDistance < 40 {
      add(
        .faceTooSmall, "the face is small, \(Int(r.face.eyeDistance)) pixels from eye to eye: 60 or more give a sharp avatar. Film closer")
    }
    if r.blur > 0.62 { add(.blurred, "the face is blurred: use more light, a shorter exposure, or a sharper recording") }
    if r.reprojection.medianOverEyeDistance > 0.03 {
      add(.poorFit, "the head model fits the face badly: check in preview.mp4 whether the mesh lies on the face")
    }
    let length = Double(r.frames.tracked) / fps
    if length < 9.5 {
      add(.short, String(format: "the shot lasts %.1f s; an avatar learns little from less than 10 s, and 1 to 3 minutes are good", length))
    }
    if let hdr = survey.hdr {
      add(
        .hdr,
        "the clip is HDR (\(hdr)): its colours were converted to those of standard video. Switch HDR off in the camera for exact colours")
    }
    if survey.isInterlaced {
      add(
        .interlaced,
        "the clip is interlaced and has been deinterlaced. Record progressive video (25p or 50p instead of 50i) for sharper images")
    }
    let lips = shot.mouth.compactMap { $0 }.sorted()
    if survey.repeated * 2 > survey.total {
      add(
        .repeatedImages,
        "\(survey.repeated) of \(survey.total) frames repeat the image before them: an avatar learns from motion. "
          + "Check whether the file plays as it was filmed, export it again, or film with 25 images a second or more")
    } else if !lips.isEmpty, lips[lips.count * 19 / 20] - lips[lips.count / 20] < 0.04 {
      add(.stillMouth, "the mouth hardly moves: an avatar of this clip will not learn to speak")
    }
    if let notice = sound?.notice { add(.soundChoice, notice) }
    if sound == nil {
      add(.noSound, "there is no sound: the avatar can be driven by video, not by speech")
    } else if let offset = r.sound, r.sync == nil, abs(offset.frames) > 2 {
      add(
        .soundOffset,
        String(
          format: "the sound comes %.2f s (%d frames) too %@; --sync auto moves it", abs(offset.seconds),
          abs(offset.frames), offset.frames > 0 ? "late" : "early"))
    }
    return all
  }

  /// Frames in which the face's outline is cut off by the image's border.
  private var framesOutside: Int {
    let (w, h) = (Float(survey.width), Float(survey.height))
    return shot.faces.count { face in
      guard let face else { return false }
      let size = face.box.high - face.box.low
      let inside = pointwiseMin(face.box.high, [w, h]) - pointwiseMax(face.box.low, .zero)
      return inside.x < 0.95 * size.x || inside.y < 0.95 * size.y
    }
  }
  /// The ends of some numbers without the outermost hundredth at each.
  private static func extent(_ values: [Double]) -> (low: Double, high: Double) {
    let sorted = values.sorted()
    let cut = sorted.count / 100
    return (sorted[cut], sorted[sorted.count - 1 - cut])
  }
  fileprivate static func rounded(_ x: Double, _ digits: Int = 2) -> Double {
    let scale = pow(10, Double(digits))
    return (x * scale).rounded() / scale
  }
}

extension CaptureReport.Eyes {
  /// `opening` is that of the fitted head without expression, right then left.
  init(_ lids: LidRange, opening: SIMD2<Float>) {
    func eye(_ k: Int) -> CaptureReport.Lids {
      .init(
        closed: Preflight.rounded(Double(lids.closed[k] * opening[k]), 4), rest: Preflight.rounded(Double(lids.rest[k] * opening[k]), 4))
    }
    self.init(left: eye(1), right: eye(0))
  }
}

extension CaptureReport {
  /// The report as lines to be read.
  package var lines: [String] {
    func row(_ name: String, _ value: String) -> String { name.padding(toLength: 14, withPad: " ", startingAt: 0) + value }
    func turn(_ e: Extent) -> String { String(format: "%.0f...%.0f°", e.low, e.high) }
    func peak(_ name: String) -> String { String(format: "%.2f", expression[name]?.high ?? 0) }
    var all = [
      row("frames", "\(frames.tracked) tracked of \(frames.shot) in the shot, \(frames.total) in the clip"),
      row("face", "\(Int(face.width)) pixels wide, shown \(face.scale < 1 ? "smaller" : "larger") by \(face.scale)"),
      row(
        "fit",
        String(
          format: "%.2f %% of the eye distance (95 %% below %.2f %%)", 100 * reprojection.medianOverEyeDistance,
          100 * reprojection.p95OverEyeDistance)),
      row("pose", "yaw \(turn(yaw)), pitch \(turn(pitch)), roll \(turn(roll)); focal length \(Int(focal)) pixels"),
      row(
        "expression",
        "jawOpen to \(peak("jawOpen")), blinks to \(peak("eyeBlinkLeft")) and \(peak("eyeBlinkRight")), smile to \(peak("mouthSmileLeft"))"),
      row("blur", String(format: "%.2f (0 is sharp)", blur)),
    ]
    let moved = sync.map { ", moved by \(-$0) in aud.wav" } ?? ""
    if let sound {
      all.append(row("sound", String(format: "%+d frames (correlation %.2f)", sound.frames, sound.correlation) + moved))
    } else if sync != nil {
      all.append(row("sound", "no offset found" + moved))
    }
    all.append(row("speed", String(format: "%.1f frames per second", fps)))
    all += diagnoses.map { "  [\($0.code.rawValue)] \($0.message)" }
    return all
  }
}
