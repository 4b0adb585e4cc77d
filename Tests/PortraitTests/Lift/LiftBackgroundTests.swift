import Driving
import Face
import Portrait
import Testing
import Torch

/// What a drawn person stands in front of.
@Suite(.serialized) struct LiftBackgroundTests {
  private func states(_ person: DrawnPerson) -> [FaceState] {
    (0..<4).map { k in
      var state = person.doing(["jawOpen": 0.2 * Float(k)])
      state.pose.rotation = Matrix3(yaw: 0.12 * Float(k), pitch: 0, roll: 0.05 * Float(k)) * state.pose.rotation
      state.pose.translation += [0.05 * Float(k), 0, 0]
      return state
    }
  }

  /// Outside the person and two pixels about them nothing changes from frame to frame by a level, however they move.
  @Test func theBackgroundStandsStill() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    for backdrop in [Backdrop.keep, .blur] {
      let staged = StagedAvatar(avatar, before: backdrop)
      let frames = try states(person).map { try staged.render($0, camera: person.camera) }
      for (a, b) in zip(frames, frames.dropFirst()) {
        let cover = (a.opacity + b.opacity).unsqueeze(0).unsqueeze(0)
        let free = (cover.maxPool2d([5, 5], stride: [1, 1], padding: [2, 2])[0, 0] .== 0).to(.float32)
        #expect(free.sum().item > 5000)
        #expect(((a.rgb - b.rgb).abs().max(2).values * free).max().item < 1 / 255)
      }
      #expect((frames[0].rgb - frames[3].rgb).abs().max().item > 0.1)
    }
  }

  /// In front of any background the image is the person's colors times their opacity, plus the background where it shines through.
  @Test func everyBackgroundIsCompositedAlike() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model), state = states(person)[2]
    let cut = try StagedAvatar(avatar, before: .transparent).render(state, camera: person.camera)
    let green = try StagedAvatar(avatar, before: .color([0, 177, 64])).render(state, camera: person.camera)
    let wall = (Tensor([Float(0), 177, 64]) / 255).expand([192, 192, 3])
    let expected = cut.rgb + wall * (1 - cut.opacity.unsqueeze(2))
    #expect((green.rgb - expected).abs().max().item < 1e-5)
    // Straight opacity gives the same.
    let image = cut.cutOut.to(.float32) / 255
    #expect(cut.cutOut.shape == [192, 192, 4] && cut.cutOut.dtype == .uint8)
    let alpha = image.narrow(2, 3, 1)
    #expect((image.narrow(2, 0, 3) * alpha + wall * (1 - alpha) - expected).abs().max().item < 0.02)
    // An image covers the frame: of a wide one its middle is seen.
    let wide = Tensor.full([10, 100, 3], 200, .uint8)
    wide.narrow(1, 0, 40).fill_(0)
    let shown = try StagedAvatar(avatar, before: .image(wide)).render(state, camera: person.camera)
    #expect(abs(shown.rgb[0, 96, 0].item - 200 / 255) < 0.02)
  }

  /// The rim of the person does not bring the old background along: blue beside the hair is not seen in front of black.
  @Test func theRimHasTheColorOfThePerson() throws {
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    let cut = try StagedAvatar(avatar, before: .transparent).render(person.state, camera: person.camera)
    let image = cut.cutOut.to(.float32)
    let isRim = (((cut.opacity .> 0.1).to(.float32)) * ((cut.opacity .< 0.9).to(.float32)))
    let isBlue = ((image.narrow(2, 2, 1) - image.narrow(2, 0, 1)).squeeze(2) .> 30).to(.float32)
    #expect(isRim.sum().item > 100)
    #expect((isRim * isBlue).sum().item / isRim.sum().item < 0.05, "\((isRim * isBlue).sum().item) of \(isRim.sum().item)")
  }
}
