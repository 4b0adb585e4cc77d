import Datasets
import Face
import Foundation
import Runs
import Subject
import Torch

/// Whole frames of a trained avatar, a face's state in, an image out.
enum AvatarBenchmark {
  /// Frames of the avatar of `run` at 256 and 512 pixels, as it moves through `data`.
  static func run(_ report: Report, _ name: String, run: RunFolder, data: Dataset) throws {
    let avatar = try SubjectAvatar(run: run, warn: { _ in })
    let frames = data.testIndices.isEmpty ? Array(0..<data.count) : data.testIndices
    for side in [256, 512] {
      let longer = max(data.camera.width, data.camera.height)
      let camera = data.camera.scaled(width: data.camera.width * side / longer, height: data.camera.height * side / longer)
      func show(_ i: Int) throws {
        let frame = data.track.frames[frames[i % frames.count]]
        _ = try avatar.render(frame.state, torso: frame.torso, heard: nil, camera: camera)
      }
      // What is kept from frame to frame is made by the first two.
      for i in 0..<2 { try show(i) }
      var each: [Double] = []
      let most = report.times(50), start = ContinuousClock.now
      while each.count < most, each.count < 3 || ContinuousClock.now - start < .seconds(20) {
        let begin = ContinuousClock.now
        try show(each.count)
        each.append((ContinuousClock.now - begin) / .seconds(1))
      }
      let typical = each.sorted()[each.count / 2]
      report.add("\(name), frame of an avatar, \(camera.width)x\(camera.height)", typical * 1e3, "ms")
      report.add(
        "\(name), frames a second, \(camera.width)x\(camera.height)", 1 / typical, "1/s", ratio: 1 / typical / 25,
        against: "live, 25 a second")
    }
  }

  /// The same of a run that somebody trained.
  static func run(_ report: Report, at place: URL) throws {
    let run = try RunFolder.open(place), data = try Dataset(URL(filePath: run.record.data))
    try self.run(report, "avatar of \(run.experiment)", run: run, data: data)
  }
}
