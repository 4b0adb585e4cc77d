import Face
import Portrait
import Testing
import Torch

/// The color of a head behind what the photo shows of it.
@Suite(.serialized) struct ScalpTests {
  /// The hidden scalp is of the hair's color, also below a high forehead that the mask takes for hair, and of the skin's on a bald head.
  @Test(arguments: [(DrawnPerson.Scalp.hair, SemanticClass.hair), (.receding, .hair), (.bald, .skin)])
  func theHiddenScalpIsOfTheHeadsColor(_ scalp: DrawnPerson.Scalp, _ kind: SemanticClass) throws {
    let person = DrawnPerson(scalp: scalp), avatar = try PortraitLift(person.photo, model: person.model)
    let truth = DrawnPerson.colors[kind]!
    for yaw: Float in [-0.6, 0.6] {
      var state = person.state
      state.pose.rotation = Matrix3(yaw: yaw, pitch: 0, roll: 0) * state.pose.rotation
      let frame = try avatar.render(state, camera: person.camera), width = person.camera.width
      let labels = frame.labels.array(UInt8.self), rgb = frame.rgb.floats
      let nose = labels.indices.filter { labels[$0] == SemanticClass.nose.rawValue }.map { Float($0 % width) }
      let front = nose.reduce(0, +) / Float(nose.count)
      // The half of the scalp that is farther from the nose.
      let hair = labels.indices.filter { labels[$0] == SemanticClass.hair.rawValue }
        .sorted { abs(Float($0 % width) - front) > abs(Float($1 % width) - front) }
      let back = hair.prefix(hair.count / 2)
      #expect(back.count > 200)
      for c in 0..<3 {
        let sorted = back.map { rgb[3 * $0 + c] }.sorted(), real = Float(truth[c]) / 255
        #expect(abs(sorted[sorted.count / 2] - real) < 0.08, "\(scalp), yaw \(yaw), channel \(c): \(sorted[sorted.count / 2]) for \(real)")
        #expect(abs(sorted[sorted.count / 10] - real) < 0.2 && abs(sorted[9 * sorted.count / 10] - real) < 0.2)
      }
    }
  }
}
