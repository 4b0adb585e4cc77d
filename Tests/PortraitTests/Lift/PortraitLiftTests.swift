import Face
import Foundation
import Portrait
import Runs
import Testing
import Torch

/// The avatar of a drawn person.
@Suite(.serialized) struct PortraitLiftTests {
  private func count(_ frame: RenderedFrame, _ kind: SemanticClass) -> Int { frame.labels.array(UInt8.self).count { $0 == kind.rawValue } }

  /// From where the photo was taken, doing what it shows, the avatar is the photo.
  @Test func thePhotoIsShownAgain() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    #expect(avatar.scene.modelName == "builtin" && avatar.scene.fps == 25 && avatar.scene.pose == person.state.pose)
    let frame = try avatar.render(avatar.state, camera: person.camera)
    let truth = person.photo.image.to(.float32) / 255
    let error = (frame.rgb - truth).square().mean().item
    #expect(-10 * log10(error) > 24, "\(-10 * log10(error)) dB")
    #expect(frame.rgb.shape == [192, 192, 3] && frame.depth.shape == [192, 192] && frame.opacity.shape == [192, 192])
  }

  /// Lips part, lids close, eyes turn, the head turns; the background stands still.
  @Test func itDoesWhatItIsTold() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    func frame(_ changes: [String: Float]) throws -> RenderedFrame {
      try avatar.render(person.doing(changes), camera: person.camera)
    }
    let rest = try frame([:])
    let open = try frame(["jawOpen": 0.8])
    #expect(count(open, .mouthInterior) > count(rest, .mouthInterior) + 60)
    let shut = try frame(["eyeBlinkLeft": 1, "eyeBlinkRight": 1]), half = try frame(["eyeBlinkLeft": 1])
    #expect(count(rest, .eyes) > 60 && count(shut, .eyes) * 6 < count(rest, .eyes), "\(count(rest, .eyes)) \(count(shut, .eyes))")
    #expect(count(half, .eyes) > count(shut, .eyes) && count(half, .eyes) < count(rest, .eyes))

    var aside = person.state
    aside.gaze = [0.35, 0]
    let looked = try avatar.render(aside, camera: person.camera)
    let moved = ((looked.rgb - rest.rgb).abs().sum(2) .> 0.1).to(.float32)
    let eyes = (rest.labels .== Double(SemanticClass.eyes.rawValue)).to(.float32)
    #expect((moved * eyes).sum().item > 15 && (moved - moved * eyes).sum().item < 40)

    var turned = person.state
    turned.pose.rotation = Matrix3(yaw: 0.5, pitch: 0, roll: 0) * turned.pose.rotation
    let side = try avatar.render(turned, camera: person.camera)
    let empty = ((side.opacity + rest.opacity) .== 0).to(.float32).unsqueeze(2)
    #expect(empty.sum().item > 1000)
    #expect(((side.rgb - rest.rgb) * empty).abs().max().item == 0)
    #expect(((side.rgb - rest.rgb).abs().mean().item) > 0.01)
  }

  /// What the photo hides is where the person has it: ears beside the head, hair behind it, the neck down to the clothes.
  @Test func turnedItIsTheSamePerson() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    for yaw: Float in [-0.5, 0.5] {
      var state = person.state
      state.pose.rotation = Matrix3(yaw: yaw, pitch: 0.15, roll: 0) * state.pose.rotation
      let shown = try avatar.render(state, camera: person.camera), truth = person.drawn(state)
      func share(_ kinds: [SemanticClass]) -> Double {
        let mine = shown.labels.array(UInt8.self).map { label in kinds.contains { $0.rawValue == label } }
        let other = truth.image.array(UInt8.self), colors = kinds.map { DrawnPerson.colors[$0]! }
        let real = mine.indices.map { k in colors.contains([other[3 * k], other[3 * k + 1], other[3 * k + 2]]) }
        let both = zip(mine, real).count { $0 && $1 }, either = zip(mine, real).count { $0 || $1 }
        return Double(both) / Double(either)
      }
      #expect(share([.hair]) > 0.75, "hair \(share([.hair]))")
      #expect(share([.ears]) > 0.4, "ears \(share([.ears]))")
      #expect(share([.neck, .skin]) > 0.8, "skin \(share([.neck, .skin]))")
    }
  }

  /// The torso goes along with a head that turns, but a little.
  @Test func theTorsoStays() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    var turned = person.state
    turned.pose.rotation = Matrix3(yaw: 0.6, pitch: 0, roll: 0) * turned.pose.rotation
    let rest = try avatar.render(person.state, camera: person.camera), side = try avatar.render(turned, camera: person.camera)
    let torso = (rest.labels .== Double(SemanticClass.torso.rawValue)).to(.float32).unsqueeze(2)
    let change = ((side.rgb - rest.rgb).abs() * torso).sum().item / (3 * torso.sum().item)
    #expect(change < 0.04, "\(change)")
  }

  @Test func theViewsAngleIsFromThePhotos() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    #expect(avatar.viewAngle(person.state, person.camera) < 1e-3)
    var camera = person.camera
    let turn = Matrix3(yaw: 0.5, pitch: 0, roll: 0), center = person.state.pose.translation
    camera.cameraToWorld = Rigid(rotation: turn, translation: center - turn * center)
    #expect(abs(avatar.viewAngle(person.state, camera) - 0.5) < 1e-3)
    // A head that turns to a camera beside it is seen as in the photo.
    var turned = person.state
    turned.pose.rotation = turn * turned.pose.rotation
    #expect(avatar.viewAngle(turned, camera) < 1e-3)
  }

  @Test func tooManyCoefficientsAreRefused() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    var state = person.state
    state.expression.append(0)
    #expect { try avatar.render(state, camera: person.camera) } throws: { "\($0)".contains("53 coefficients") }
  }

  /// The kernel against its formulas written down plainly, and the same bits for any number of threads.
  @Test func theKernelIsItsTwin() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    var state = person.doing(["jawOpen": 0.5, "eyeBlinkLeft": 0.8, "mouthSmileLeft": 0.5])
    state.gaze = [0.2, -0.1]
    state.pose.rotation = Matrix3(yaw: 0.3, pitch: -0.1, roll: 0.1) * state.pose.rotation
    let camera = person.camera.scaled(width: 90, height: 84)
    let fused = try avatar.render(state, camera: camera), plain = try avatar.referenceRender(state, camera: camera)
    // Where two samples are equally near, or a corner is rounded the other way, a pixel may be another.
    let far = (fused.rgb - plain.rgb).abs().max(2).values
    #expect((far .> 2e-3).to(.float32).mean().item < 2e-3, "\((far .> 2e-3).to(.float32).sum().item) pixels differ")
    #expect(((fused.opacity - plain.opacity).abs() .> 2e-3).to(.float32).mean().item < 2e-3)
    #expect((fused.labels .== plain.labels).to(.float32).mean().item > 0.998)
    #expect(((fused.depth - plain.depth).abs() .> 1e-3).to(.float32).mean().item < 2e-3)

    let threads = Libtorch.threads
    defer { Libtorch.threads = threads }
    var images: [[Float]] = []
    for count in [1, 2, 3] {
      Libtorch.threads = count
      images.append(try avatar.render(state, camera: camera).rgb.floats)
    }
    #expect(images[0] == images[1] && images[0] == images[2])
  }

  /// What a file marks as standing still stands still in the kernel as in its twin, whatever head and torso do.
  @Test func whatIsMarkedStandsStill() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "still-\(UInt32.random(in: 0 ... .max)).portrait")
    defer { try? FileManager.default.removeItem(at: url) }
    let person = DrawnPerson()
    try PortraitLift(person.photo, model: person.model).write(to: url)
    let file = try Checkpoint.read(url)
    var state = person.doing(["jawOpen": 0.5])
    state.pose.rotation = Matrix3(yaw: 0.3, pitch: 0, roll: 0.1) * state.pose.rotation
    state.pose.translation += [0.3, 0, 0]
    let camera = person.camera.scaled(width: 90, height: 84)
    func frames(_ still: Double) throws -> (fused: Tensor, plain: Tensor, rest: Tensor) {
      let tensors = file.tensors.mapValues { $0.clone() }
      // Below zero is how far they stay.
      tensors["numbers"]?.narrow(1, 15, 1).fill_(-still)
      let other = FileManager.default.temporaryDirectory.appending(path: "still-\(UInt32.random(in: 0 ... .max)).portrait")
      defer { try? FileManager.default.removeItem(at: other) }
      try Checkpoint(step: 0, tensors: tensors, metadata: file.metadata).write(to: other)
      let avatar = try PortraitLift(file: other, model: person.model)
      return (
        try avatar.render(state, camera: camera).rgb, try avatar.referenceRender(state, camera: camera).rgb,
        try avatar.render(person.state, camera: camera).rgb
      )
    }
    let half = try frames(0.5), whole = try frames(1), none = try frames(0)
    for (fused, plain, _) in [half, whole] {
      #expect(((fused - plain).abs().max(2).values .> 2e-3).to(.float32).mean().item < 2e-3)
    }
    // The eyes' light and the mouth's apart, nothing has moved.
    #expect((whole.fused - whole.rest).abs().mean().item < 0.004, "\((whole.fused - whole.rest).abs().mean().item)")
    #expect((none.fused - none.rest).abs().mean().item > 0.02 && (half.fused - half.rest).abs().mean().item > 0.01)
  }
}
