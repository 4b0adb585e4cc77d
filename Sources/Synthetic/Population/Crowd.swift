import Face
import Foundation
import Torch

/// What a population is asked to be.
package struct PopulationScript: Equatable, Sendable, Codable {
  /// Images, and how many of them show the same person.
  package var count: Int
  package var views: Int
  /// Width and height of an image in pixels.
  package var size: Int
  package var seed: UInt64
  /// The largest turn of the camera to either side, and up or down, in degrees.
  package var yaw: Float
  package var pitch: Float

  package init(count: Int, views: Int = 4, size: Int = 256, seed: UInt64 = 0, yaw: Float = 50, pitch: Float = 22) {
    (self.count, self.views, self.size, self.seed, self.yaw, self.pitch) = (count, views, size, seed, yaw, pitch)
  }

  /// Throws `PopulationError` if it asks for what cannot be.
  package func check() throws {
    func refuse(_ complaint: String) -> PopulationError { .script(complaint) }
    guard (1...10_000_000).contains(count) else { throw refuse("a population of \(count) images: ask for 1 to 10,000,000") }
    guard (1...1000).contains(views) else { throw refuse("\(views) views of each person: ask for 1 to 1000") }
    guard (32...2048).contains(size) else { throw refuse("images of \(size) pixels: ask for 32 to 2048") }
    guard (0...90).contains(yaw) else { throw refuse("a camera that turns \(yaw) degrees: ask for 0 to 90") }
    guard (0...45).contains(pitch) else { throw refuse("a camera that rises \(pitch) degrees: ask for 0 to 45") }
  }
}

/// One image before it is drawn: of whom, from where, and what the face does.
package struct Shot: Equatable, Sendable {
  package var image: Int
  package var person: Int
  package var view: PortraitView
  /// In head space.
  package var state: FaceState
}

/// All people of a population and all images of them; everything follows from the seed, image by image.
package final class Crowd: @unchecked Sendable {
  package let script: PopulationScript
  package let model: MorphableModel
  let anatomy: Anatomy

  package init(_ script: PopulationScript, model: MorphableModel = .builtIn()) throws {
    try script.check()
    self.script = script
    self.model = model
    anatomy = Anatomy(model)
  }

  package var personCount: Int { (script.count + script.views - 1) / script.views }
  /// The images of a person.
  package func images(of person: Int) -> Range<Int> { person * script.views..<min(script.count, (person + 1) * script.views) }
  /// Coefficients of a person's identity, one for each of the model's modes.
  package func identity(_ person: Int) -> [Float] { Person(seed: script.seed, number: person).identity(names: model.identityNames) }

  package func shot(_ image: Int) -> Shot {
    var random = SeededRandom(seed: script.seed, stream: "shot \(image)")
    let person = image / script.views, first = image % script.views == 0
    let degree = Float.pi / 180
    // The first is more or less a portrait from the front.
    let yaw = first ? 9 * random.normal() : random.unit() < 0.65 ? random.within(-1, 1) * script.yaw : 17 * random.normal()
    let pitch = (first ? 4 : 8) * random.normal()
    let view = PortraitView(
      yaw: clamp(yaw, -script.yaw, script.yaw) * degree, pitch: clamp(pitch, -script.pitch, script.pitch) * degree)
    let toCamera = anatomy.tilt.transposed * normalized(view.cameraToWorld.translation - PortraitView.pivot)
    let draw = ExpressionDraw(
      toCamera: [atan2(toCamera.x, toCamera.z), asin(clamp(toCamera.y, -1, 1))], calm: first || random.unit() < 0.15, &random)
    let state = FaceState(
      identity: identity(person), expression: model.expressionNames.map { draw.values[$0] ?? 0 }, gaze: draw.gaze)
    return Shot(image: image, person: person, view: view, state: state)
  }

  /// How a person's head lies in the generators' world.
  package func placement(_ person: Int) -> HeadPlacement {
    let still = Anatomy.points(model.landmarks(identity: Tensor(identity(person))))
    return HeadPlacement(landmarks: still, tilt: anatomy.tilt)
  }
  /// The 478 landmarks of a shot: x and y in pixels, and distance along the view axis in the generators' world.
  package func landmarks(_ shot: Shot, _ placement: HeadPlacement) -> [SIMD3<Float>] {
    let points = Anatomy.points(
      model.landmarks(
        identity: Tensor(shot.state.identity), expression: Tensor(shot.state.expression),
        gaze: Tensor([shot.state.gaze.x, shot.state.gaze.y])))
    let camera = placement.camera(shot.view, size: script.size)
    return points.map { point in
      let p = camera.project(point)
      return [p.x, p.y, p.z * placement.scale]
    }
  }
}
