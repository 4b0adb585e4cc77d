import Face
import Photos
import Portrait
import Synthetic
import Torch

/// An avatar of one photo, beside the generator's image of planes that are kept: the photo is of a drawn person.
enum LiftBenchmark {
  /// `cached` is what the generator's image takes in the same run, seconds. Where the face networks are absent, nothing is measured.
  static func run(_ report: Report, cached: Double) throws {
    let crowd = try Crowd(PopulationScript(count: 1, views: 1, size: 512, seed: 5))
    let image = crowd.sitter(0).image(crowd.shot(0)).rgb
    guard let reader = try? PhotoReader() else { return print("a photo's avatar is not measured: the face networks are absent") }
    func made() throws -> PortraitLift { try PortraitLift(reader.lifted(image, name: "drawn")) }
    let avatar = try made(), camera = avatar.scene.camera.scaled(width: 512, height: 512)
    let jaw = avatar.scene.expressionNames.firstIndex(of: "jawOpen") ?? 0
    let states = (0..<20).map { i in
      var state = avatar.state
      state.expression[jaw] = Float(i) / 20
      state.pose.rotation = Matrix3(yaw: 0.02 * Float(i - 10), pitch: 0, roll: 0) * state.pose.rotation
      return state
    }
    _ = try avatar.render(states[0], camera: camera)
    let found = fastest(
      report.times(5),
      [
        { _ = try? made() }, { for state in states { _ = try? avatar.render(state, camera: camera) } },
      ])
    let frame = found[1] / Double(states.count)
    report.add("portrait of a photo, photo to avatar", found[0], "s")
    report.add(
      "portrait of a photo, a frame of 512 x 512 pixels", frame * 1e3, "ms", ratio: cached / frame,
      against: "faster than the generator's image of planes that are kept")
  }
}
