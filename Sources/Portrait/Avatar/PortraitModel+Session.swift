import Face
import Generator
import Photos
import Torch

extension PortraitModel {
  /// All that is found out of a photo once: latents, coarse volume, what it lacks, fine volume. Without history; throws `PortraitError`
  /// where the photo's head was fitted with another model than the one that drives this avatar.
  package func session(of photo: PortraitPhoto) throws(PortraitError) -> PortraitSession {
    guard photo.faceModel == configuration.faceModel else {
      throw .otherFaceModel(found: photo.faceModel, expected: configuration.faceModel)
    }
    let deformation = configuration.deformsCoarse ? try baker(photo.state).lattice(expression: try statistics.expression(photo.state)) : nil
    return withoutGradient {
      let side = configuration.generator.imageResolution
      let input =
        photo.input.size(2) == side ? photo.input : photo.input.interpolate(size: [side, side], .cubic, antialias: true).clamp(-1, 1)
      let coarse = coarse(input, by: .fused)
      let seen = generator.render(
        generator.baked(coarse.planes), photo.label.tensor.unsqueeze(0), coarse.ws, deformation: deformation)
      let (state, planes) = refine(coarse, photos: input, seen: seen.image, by: .fused)
      return PortraitSession(
        ws: coarse.ws.contiguous(), feature: state.feature.contiguous(), image: (state.image ?? planes).contiguous(),
        planes: planes.contiguous(), state: photo.state, faceModel: photo.faceModel, label: photo.label, distance: photo.distance,
        crop: photo.crop, photo: photo.name, model: fingerprint())
    }
  }

  /// What deforms a person's volume, with everything worked out that their expression does not change.
  func baker(_ state: FaceState) throws(PortraitError) -> DeformationBaker {
    DeformationBaker(deformation, identity: try statistics.identity(state))
  }
}

extension PortraitSession {
  /// Throws `PortraitError` where it was made with other networks than `model`'s, or does not have their shapes.
  func check(_ model: PortraitModel) throws(PortraitError) {
    let c = model.configuration, g = c.generator
    guard faceModel == c.faceModel else { throw .otherFaceModel(found: faceModel, expected: c.faceModel) }
    let (r, side) = (c.stateResolution, g.planeResolution)
    let expected = [
      "ws": [1, g.layers, g.width], "feature": [1, g.channels(r), r, r], "image": [1, 3 * g.planeChannels, r, r],
      "planes": [1, 3 * g.planeChannels, side, side],
    ]
    guard tensors.allSatisfy({ $0.value.shape == expected[$0.key] }), self.model == model.fingerprint() else { throw .otherModel(photo) }
    _ = try model.statistics.identity(state)
    _ = try model.statistics.expression(state)
  }
}
