import Foundation
import Runs
import Torch

/// A trained texture enhancement: a rendered image in, one that looks more as if it had been filmed out.
package final class TextureEnhancer {
  /// The kind of speech features that it looks at beside the image, as `mel`; nil for one that hears nothing.
  package let speechKind: String?
  /// The longer side of the images it was trained on: what is soft at another size is softer or less soft than it learnt.
  package let size: Int?
  private let model: any TextureModel

  init(_ model: any TextureModel, speechKind: String? = nil, size: Int? = nil) {
    (self.model, self.speechKind, self.size) = (model, speechKind, size)
  }

  /// Loads a run's last sound checkpoint, or that of `step`; `warn` hears of damaged ones. Throws `TextureError` where the run is another
  /// training's, or what reading it throws.
  package convenience init(run: RunFolder, step: Int? = nil, warn: (String) -> Void) throws {
    let configuration = try TextureConfiguration(run)
    let checkpoint = try run.checkpoint(step: step, warn: warn)
    try self.init(checkpoint, configuration, run.file(checkpoint.step))
  }

  /// Loads one checkpoint of a run, which needs nothing beside it; throws as above.
  package convenience init(file: URL) throws {
    let checkpoint = try Checkpoint.read(file)
    guard let metadata = checkpoint.metadata["texture"] else {
      throw TextureError.file(file, "is not a texture enhancement; name a run of train texture, or one of its checkpoints")
    }
    do {
      let configuration = try JSONDecoder().decode(TextureConfiguration.self, from: Data(metadata.utf8))
      try configuration.check()
      try self.init(checkpoint, configuration, file)
    } catch let error as DecodingError {
      throw TextureError.file(file, "has a configuration that cannot be used (\(error.oneLine)); train again")
    }
  }

  /// Loads a run folder or one checkpoint, whichever `place` is.
  package convenience init(_ place: URL, warn: (String) -> Void) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder), !isFolder.boolValue {
      try self.init(file: place)
    } else {
      try self.init(run: try RunFolder.open(place), warn: warn)
    }
  }

  private convenience init(_ checkpoint: Checkpoint, _ configuration: TextureConfiguration, _ file: URL) throws {
    let source = checkpoint.tensors["model.source"] ?? .zeros([8, 8, 3], .uint8)
    guard source.dim == 3, source.size(2) == 3, source.dtype == .uint8, min(source.size(0), source.size(1)) > 0 else {
      throw TextureError.file(file, "does not contain its source image; train again")
    }
    let model = configuration.makeModel(source: source, Generator(seed: configuration.seed))
    do {
      try model.load(checkpoint.tensors.filter { $0.key.hasPrefix("model.") }, prefix: "model.")
    } catch {
      throw TextureError.file(file, "does not have the tensors of an enhancement of this version; train again")
    }
    self.init(model, speechKind: configuration.variant == .paper ? configuration.paper.speechKind : nil, size: configuration.size)
  }

  /// Whether `speech` changes anything.
  package var hears: Bool { silence != nil }

  /// Enhances `[H, W, 3]` float32 in 0...1 of any size; `speech`, `[1, 16, channels]`, is the window around the frame for an enhancement that
  /// was trained with it, silence where it is nil. The result is of the same shape, in 0...1.
  package func callAsFunction(_ image: Tensor, speech: Tensor? = nil) -> Tensor {
    withoutGradient {
      let (height, width) = (image.size(0), image.size(1))
      var planes = image.permute(2, 0, 1).unsqueeze(0)
      let (below, right) = (-height % model.grain, -width % model.grain)
      if below != 0 || right != 0 {
        planes = planes.pad([0, (right + model.grain) % model.grain, 0, (below + model.grain) % model.grain], .replicate)
      }
      let made = model.enhance(planes, speech: speech ?? silence)
      return made[.at(0)].permute(1, 2, 0).narrow(0, 0, height).narrow(1, 0, width).clamp(0, 1)
    }
  }

  /// A frame that was not trained on, in 8 bits as it would be shown.
  func shown(_ frame: TextureData.HeldOut) -> Tensor {
    (self(frame.rendered.to(.float32) / 255, speech: frame.speech) * 255).round().to(.uint8)
  }

  private var silence: Tensor? { (model as? PaperTexture)?.speechChannels.map { .zeros([1, 16, $0]) } }
}
