import Capture
import Foundation
import Media
import Metrics
import Torch

/// Gathers how an avatar's pictures compare with the truth, frame by frame in order of time.
struct Judgement {
  private let truthTracker, renderTracker: LandmarkTracker
  private var whole: [PictureScores] = []
  private var regions: [Region: [PictureScores]] = [:]
  private var torso = TorsoSteadiness()
  private var truthSignals: [MotionSignals?] = []
  private var renderSignals: [MotionSignals?] = []
  /// `[H, W, 3]` uint8 each.
  private var pairs: [(frame: Int, truth: Tensor, render: Tensor)] = []

  /// Throws when the face networks are absent.
  init() throws { (truthTracker, renderTracker) = (try LandmarkTracker(), try LandmarkTracker()) }

  /// Takes the avatar's picture and the truth, `[H, W, 3]` uint8 each, and the truth's classes `[H, W]` if they are known.
  mutating func add(_ shown: Tensor, truth: Tensor, labels: Tensor?, frame: Int) throws {
    let (a, b) = (shown.to(.float32) / 255, truth.to(.float32) / 255)
    if let scores = PictureScores(a, truth: b) { whole.append(scores) }
    if let labels {
      for region in Region.allCases {
        if let scores = PictureScores(a, truth: b, where: region.mask(labels)) { regions[region, default: []].append(scores) }
      }
      torso.add(shown, truth: truth, labels: labels, frame: frame)
    }
    truthSignals.append(try truthTracker.track(truth).flatMap { MotionSignals($0) })
    renderSignals.append(try renderTracker.track(shown).flatMap { MotionSignals($0) })
    pairs.append((frame, truth, shown))
  }

  func figures(framesPerSecond: Double) -> EvaluationReport.Results {
    var scores: [String: Double] = ["fps": framesPerSecond, "frames": Double(pairs.count)]
    func put(_ all: [PictureScores], _ end: String) {
      guard let mean = PictureScores.mean(all) else { return }
      scores["l1" + end] = mean.l1
      scores["psnr" + end] = mean.psnr
      scores["ssim" + end] = mean.ssim
    }
    put(whole, "")
    for (region, all) in regions { put(all, "_" + region.rawValue) }
    scores.merge(torso.figures) { $1 }
    let motion = MotionFidelity.compare(renderSignals.map { $0?.named }, truth: truthSignals.map { $0?.named })
    return EvaluationReport.Results(scores: scores, motion: motion)
  }

  /// Writes pairs of the most telling frames into `folder`, and all of them as a contact sheet, whose place it returns.
  func writePictures(to folder: URL) throws -> URL {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let chosen = telling(12)
    for i in chosen { try ImageFile.write(cat([pairs[i].truth, pairs[i].render], 1), to: folder.appending(path: "\(pairs[i].frame).png")) }
    let sheet = folder.appending(path: "contact-sheet.png")
    try ImageFile.write(ContactSheet(columns: 6, cell: 256).picture(chosen.map { (pairs[$0].truth, pairs[$0].render) }), to: sheet)
    return sheet
  }

  /// Places of `count` frames in order of time: the mouth at its most open, most closed, narrowest and widest, the eyes most closed,
  /// the brows highest, and others evenly between.
  private func telling(_ count: Int) -> [Int] {
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
    return chosen.sorted()
  }
}
