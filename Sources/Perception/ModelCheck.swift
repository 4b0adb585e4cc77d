import Foundation
import Torch

/// Whether a file holds the weights that a network here needs.
package struct ModelCheck: Sendable {
  package let file: ModelFile
  /// Tensors that were loaded, of which the network needs every one.
  package let tensors: Int
  package let sha256: String
  package var isPublished: Bool { sha256 == file.description.sha256 }

  /// Loads `url` strictly as what its name says or, where the name says nothing, as whatever it fits.
  ///
  /// Throws `FileError`, `TorchFileError` or `SafetensorsError` for a file that is none of weights, `ModelFileError` for other weights.
  package init(_ url: URL) throws {
    let tensors = try WeightFile.tensors(url)
    let named = ModelFile.allCases.filter { $0.description.fileNames.contains(url.lastPathComponent) }
    var failure: ModelFileError?
    for file in named.isEmpty ? ModelFile.allCases : named {
      do {
        let count = try file.load(tensors, from: url)
        (self.file, self.tensors, sha256) = (file, count, try SHA256.of(url))
        return
      } catch let error as ModelFileError {
        failure = failure ?? error
      }
    }
    // Of a file that fits nothing, a tensor's name says most.
    guard !named.isEmpty, let failure else { throw ModelFileError(url: url, fault: .extra(tensors.keys.min() ?? "")) }
    throw failure
  }
}

extension ModelFile {
  /// Loads tensors into a new network of this kind; returns how many it needs.
  fileprivate func load(_ tensors: [String: Tensor], from url: URL) throws -> Int {
    let generator = Generator(seed: 0)
    func whole(_ network: any Module) throws -> Int {
      try ModelFileError.naming(url) { try network.load(tensors) }
      return network.state().count
    }
    func backbone(_ kind: Backbone.Kind) throws -> Int {
      let network = LPIPS(kind, generator)
      try network.load(backbone: tensors, from: url)
      return network.backbone.state().count
    }
    func heads(_ kind: Backbone.Kind) throws -> Int {
      let network = Heads(kind.channels, generator)
      try ModelFileError.naming(url) { try network.fill(tensors) }
      return network.layers.count
    }
    switch self {
    case .lpipsAlex: return try heads(.alex)
    case .lpipsVGG: return try heads(.vgg)
    case .lpipsSqueeze: return try heads(.squeeze)
    case .alexNet: return try backbone(.alex)
    case .vgg16: return try backbone(.vgg)
    case .squeezeNet: return try backbone(.squeeze)
    case .mobileFaceNet: return try whole(MobileFaceNet(generator))
    case .arcFace: return try whole(ArcFace(generator))
    case .faceParser: return try whole(FaceParser(generator))
    case .syncNet: return try whole(SyncNet(generator))
    }
  }
}
