import Face
import Foundation
import Generator
import Photos
import Segmentation
import Torch

extension GeneratedPortrait {
  /// Networks that make a volume of a photo.
  package enum Prior {
    /// A generator alone: its volume of the photo is searched for.
    case generator(TriplaneGenerator)
    /// All networks of the paper, trained together.
    case model(PortraitModel)

    /// What a file holds, a generator or a portrait model; throws what reading it throws.
    package static func read(_ url: URL) throws -> Prior {
      PortraitModelFile.isModel(url) ? .model(try PortraitModelFile.read(url)) : .generator(try GeneratorFile.read(url))
    }
  }

  /// Makes it from a photo, of which `wide` is the lift's reading. nil where `progress` said to stop: it hears of steps done, of all, and of
  /// the error. `networks` move it in place of the prior's own. Throws `PortraitError` where networks or photo do not go together.
  package static func made(
    _ photo: PortraitPhoto, _ wide: LiftPhoto, prior: Prior, motion: Motion? = nil, networks: LearnedMotion? = nil,
    model: MorphableModel = .builtIn(),
    inversion: (styles: Int, planes: Int) = (200, 200), progress: (Int, Int, Double) -> Bool = { _, _, _ in true }
  ) throws -> GeneratedPortrait? {
    guard photo.faceModel == model.name else { throw PortraitError.otherFaceModel(found: photo.faceModel, expected: model.name) }
    let generator: TriplaneGenerator
    var motion = motion ?? networks.map { _ in .learned }
    let found: (ws: Tensor, planes: Tensor)
    var learned = networks
    var shown = photo.state
    let calibrated = LiftHead(model, photo.state, landmarks: photo.landmarks, camera: photo.fittedCamera)
    switch prior {
    case .generator(let only):
      generator = only
      if motion == .learned, learned == nil { throw PortraitError.configuration(Motion.lacksNetworks) }
      motion = motion ?? .mesh
      var search = VolumeInversion()
      (search.styleSteps, search.planeSteps) = inversion
      let average = only.backbone.mapping.average ?? Tensor.zeros([only.configuration.width])
      let target = target(photo, wide, only.configuration)
      guard let volume = search.volume(of: target, photo.label, only, start: average, progress: progress) else { return nil }
      found = volume
    case .model(let trained):
      generator = trained.generator
      var bare = photo
      if generator.configuration.rendering.whiteBack { bare = photo.showing(target(photo, wide, generator.configuration)) }
      let session = try trained.session(of: bare)
      found = (session.ws, session.planes)
      learned =
        learned
        ?? LearnedMotion(field: trained.deformation, statistics: trained.statistics, source: .identity, name: "the portrait model's own")
      // Its volume rests in the expression that all faces rest in.
      if trained.configuration.deformsCoarse {
        shown.expression = [Float](repeating: 0, count: model.expressionNames.count)
      }
    }
    let size = photo.crop.size
    return try GeneratedPortrait(
      generator: generator, planes: found.planes, ws: found.ws, plate: behind(photo, wide),
      head: LiftHead(model, shown, calibration: calibrated.calibration), state: photo.state, distance: photo.distance, learned: learned,
      motion: motion ?? .learned, camera: PortraitAvatar.camera(size: size), photo: URL(filePath: photo.name).lastPathComponent)
  }

  /// How much of each pixel of the photo is the person, `[S, S]`: the middle of the wider reading.
  private static func alpha(_ photo: PortraitPhoto, _ wide: LiftPhoto) -> Tensor {
    let side = photo.crop.size, border = (wide.alpha.width - side) / 2
    return Tensor(wide.alpha.values, [wide.alpha.height, wide.alpha.width])
      .narrow(0, border, side).narrow(1, border, side).contiguous()
  }
  /// The photo as the generator would draw it, `[1, 3, S, S]` in -1...1: before white where it draws heads alone.
  private static func target(_ photo: PortraitPhoto, _ wide: LiftPhoto, _ c: GeneratorConfiguration) -> Tensor {
    withoutGradient {
      var input = photo.input
      if c.rendering.whiteBack {
        let cover = alpha(photo, wide)
        input = input * cover + (1 - cover)
      }
      let side = c.imageResolution
      return input.size(2) == side
        ? input.contiguous() : input.interpolate(size: [side, side], .cubic, antialias: true).clamp(-1, 1).contiguous()
    }
  }
  private static func behind(_ photo: PortraitPhoto, _ wide: LiftPhoto) -> Tensor {
    let plate = BackgroundPlate()
    plate.add(photo.image, alpha: alpha(photo, wide))
    return plate.finish()?.plate ?? photo.image
  }
}

extension PortraitPhoto {
  /// The same with another image, `[1, 3, S, S]` in -1...1.
  fileprivate func showing(_ input: Tensor) -> PortraitPhoto {
    PortraitPhoto(
      name: name, crop: crop, input: input, landmarks: landmarks, state: state, faceModel: faceModel, fitError: fitError, camera: camera,
      distance: distance, notices: notices)
  }
}

extension PhotoReader {
  /// The face of `image` both as generators and as the lift take it; throws what `read` throws, or when the person mask's network is absent.
  package func readBoth(_ image: Tensor, name: String, face: Int? = nil) throws -> (photo: PortraitPhoto, wide: LiftPhoto) {
    let (photo, upright) = try readUpright(image, name: name, face: face)
    return (photo, try LiftPhoto(photo, image: upright))
  }
}
