import Datasets
import Foundation
import Media
import Metrics
import Torch
import Tracking

/// Gathers how an avatar's images compare with the truth, frame by frame in order of time.
package struct AvatarEvaluation {
  private let truthTracker, renderTracker: LandmarkTracker
  private var whole = RegionScores()
  private var faceOnly: [ImageScores] = []
  private var regions: [Region: RegionScores] = [:]
  private var torso = TorsoSteadiness()
  private var retracking = Retracking()
  private var perceived: PerceivedLikeness
  /// Of an avatar that was made from one photo.
  private var byAngle: IdentityByAngle?
  private var truthSignals: [MotionSignals?] = []
  private var renderSignals: [MotionSignals?] = []
  /// `[H, W, 3]` uint8 each.
  package private(set) var pairs: [(frame: Int, truth: Tensor, render: Tensor)] = []

  /// What figures are left out, and why.
  package var notes: [String] { perceived.notes }

  /// `photo`, `[H, W, 3]` uint8, is what the avatar was made from, if it was one image. Throws when the face networks are absent, or weights
  /// that users brought are no good.
  package init(photo: Tensor? = nil) throws {
    (truthTracker, renderTracker) = (try LandmarkTracker(), try LandmarkTracker())
    perceived = try PerceivedLikeness()
    guard let photo else { return }
    byAngle = IdentityByAngle()
    if let face = try LandmarkTracker().track(photo) { perceived.setPhoto(photo.to(.float32) / 255, face) }
  }

  /// Takes the avatar's image and the truth, `[H, W, 3]` uint8 each, the truth's classes `[H, W]` if they are known, and the avatar's own.
  /// `angle` is how far the head is turned from where the avatar's photo shows it, degrees.
  package mutating func add(
    _ shown: Tensor, truth: Tensor, labels: Tensor?, renderedLabels: Tensor, frame: Int, angle: Double = 0
  ) throws {
    let (a, b) = (shown.to(.float32) / 255, truth.to(.float32) / 255)
    let laplacians = (Detail.laplacian(a), Detail.laplacian(b))
    whole.add(a, b, laplacians, where: nil)
    var cut: (shown: Tensor, truth: Tensor)?
    if let labels {
      for region in Region.allCases { regions[region, default: RegionScores()].add(a, b, laplacians, where: region.mask(labels)) }
      func cutOut(_ image: Tensor, _ labels: Tensor) -> Tensor { image * Region.withoutTorso(labels).to(.float32).unsqueeze(-1) }
      let faces = (shown: cutOut(a, renderedLabels), truth: cutOut(b, labels))
      cut = faces
      if let scores = ImageScores(faces.shown, truth: faces.truth) { faceOnly.append(scores) }
      torso.add(shown, truth: truth, labels: labels, frame: frame)
    }
    // A tracker looks where the face was in the frame before; where frames were left out it finds the face and settles on it.
    if let last = pairs.last?.frame, frame != last + 1 {
      for (tracker, image) in [(truthTracker, truth), (renderTracker, shown)] {
        tracker.reset()
        for _ in 0..<3 { _ = try tracker.track(image) }
      }
    }
    let (trueFace, face) = (try truthTracker.track(truth), try renderTracker.track(shown))
    truthSignals.append(trueFace.flatMap { MotionSignals($0) })
    renderSignals.append(face.flatMap { MotionSignals($0) })
    retracking.add(face, truth: trueFace, frame: frame)
    let likeness = perceived.add(a, truth: b, faceOnly: cut, face: face, trueFace: trueFace)
    byAngle?.add(
      .init(
        angle: angle, identityPhoto: likeness.photo, identityTruth: likeness.truth,
        psnrHead: labels.flatMap { ImageScores(a, truth: b, where: Region.head.mask($0))?.psnr }))
    pairs.append((frame, truth, shown))
  }

  /// All figures; `track` is the dataset's, at the size of the images, and `sound` begins with its frame 0.
  package func figures(framesPerSecond: Double, _ track: Track, sound: URL?) throws -> EvaluationReport.Results {
    var scores: [String: Double] = ["fps": framesPerSecond, "frames": Double(pairs.count)]
    func put(_ mean: ImageScores?, _ end: String) {
      scores["l1" + end] = mean?.l1
      scores["psnr" + end] = mean?.psnr
      scores["ssim" + end] = mean?.ssim
    }
    func put(_ all: RegionScores, _ end: String) {
      put(ImageScores.mean(all.scores), end)
      scores["sharpness" + end] = all.detail.sharpness
      scores["detail" + end] = all.detail.likeness
    }
    put(whole, "")
    for (region, all) in regions { put(all, "_" + region.rawValue) }
    put(ImageScores.mean(faceOnly), "_face_only")
    scores.merge(torso.figures) { $1 }
    if let found = try retracking.compare(track) {
      (scores["aed"], scores["aed_still"]) = (found.distance.expression, found.still.expression)
      (scores["apd"], scores["apd_still"]) = (found.distance.rotation, found.still.rotation)
      (scores["apd_6"], scores["apd_6_still"]) = (found.distance.pose, found.still.pose)
    }
    let start = Double(pairs.first?.frame ?? 0) / track.fps
    let seen = try perceived.figures(
      pairs.map(\.render), sound: sound.map { (file: $0, start: start) }, follow: successive == pairs.count - 1, fps: track.fps)
    scores.merge(seen) { $1 }
    let motion = MotionFidelity.compare(renderSignals.map { $0?.named }, truth: truthSignals.map { $0?.named })
    (scores["identity_photo"], scores["identity_truth"]) = (byAngle?.identityPhoto, byAngle?.identityTruth)
    return EvaluationReport.Results(scores: scores, motion: motion, lipSync: lipSync, byAngle: byAngle?.groups ?? [])
  }

  /// Pairs of frames of which the second comes right after the first.
  private var successive: Int { zip(pairs, pairs.dropFirst()).count { $0.frame + 1 == $1.frame } }

  /// How late the lips are; nil where there is nothing to tell, or where most frames do not follow each other.
  private var lipSync: Lag? {
    guard let first = pairs.first?.frame, let last = pairs.last?.frame, 2 * successive >= pairs.count else { return nil }
    // Frames may be missing: a lag counts frames of the clip, not of this list.
    func inTime(_ signals: [MotionSignals?]) -> [Double?] {
      var all = [Double?](repeating: nil, count: last - first + 1)
      for (pair, signal) in zip(pairs, signals) { all[pair.frame - first] = signal?.lipGap }
      return all
    }
    return Lag(inTime(renderSignals), truth: inTime(truthSignals))
  }

  /// Writes pairs of the most telling frames into `folder`, and all of them as a contact sheet, whose place it returns.
  package func writeImages(to folder: URL) throws -> URL {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let chosen = tellingFrames(12)
    for i in chosen { try ImageFile.write(cat([pairs[i].truth, pairs[i].render], 1), to: folder.appending(path: "\(pairs[i].frame).png")) }
    try Data(motionTable.utf8).write(to: folder.appending(path: "motion.csv"), options: .atomic)
    let sheet = folder.appending(path: "contact-sheet.png")
    try ImageFile.write(ContactSheet(columns: 6, cell: 256).image(chosen.map { (pairs[$0].truth, pairs[$0].render) }), to: sheet)
    return sheet
  }

  /// What moved how far in every judged frame, truth beside avatar, as CSV; a cell is empty where no face was seen.
  private var motionTable: String {
    let names = MotionSignals.names
    func cell(_ value: Double?) -> String { value.map { String(format: "%.5f", $0) } ?? "" }
    let rows = zip(pairs, zip(truthSignals, renderSignals)).map { pair, seen in
      ([String(pair.frame)] + names.flatMap { [cell(seen.0?.named[$0]), cell(seen.1?.named[$0])] }).joined(separator: ",")
    }
    return ([(["frame"] + names.flatMap { ["\($0)_truth", $0] }).joined(separator: ",")] + rows).joined(separator: "\n") + "\n"
  }

  /// Places of `count` frames in order of time: the mouth at its most open, most closed, narrowest and widest, the eyes most closed,
  /// the brows highest, and others evenly between.
  package func tellingFrames(_ count: Int) -> [Int] {
    var chosen: [Int] = []
    func add(_ i: Int?) { if let i, !chosen.contains(i) { chosen.append(i) } }
    func extreme(_ signal: (MotionSignals) -> Double) -> Int? {
      pairs.indices.filter { truthSignals[$0] != nil }.max { signal(truthSignals[$0]!) < signal(truthSignals[$1]!) }
    }
    add(extreme(\.lipGap))
    add(extreme { -$0.lipGap })
    add(extreme { -$0.mouthWidth })
    add(extreme(\.mouthWidth))
    add(extreme { -$0.eyeOpening })
    add(extreme(\.browHeight))
    var others = (0..<count).map { $0 * max(0, pairs.count - 1) / max(1, count - 1) }
    while chosen.count < count, !others.isEmpty { add(others.removeFirst()) }
    return chosen.prefix(count).sorted()
  }
}

/// What is summed up over the images of a region.
private struct RegionScores {
  var scores: [ImageScores] = []
  var detail = Detail()

  mutating func add(_ image: Tensor, _ truth: Tensor, _ laplacians: (Tensor, Tensor), where mask: Tensor?) {
    if let one = ImageScores(image, truth: truth, where: mask) { scores.append(one) }
    detail.add(laplacians.0, laplacians.1, where: mask)
  }
}
