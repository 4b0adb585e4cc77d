import Foundation
import Torch

/// The networks from whatever files are there; each throws `ModelMissing` where one is not, and what loading throws where one is damaged.
extension ModelLibrary {
  package static func lpips(_ kind: Backbone.Kind = .alex, in folders: [URL]? = nil) throws -> LPIPS {
    let (backbone, heads): (ModelFile, ModelFile) =
      switch kind {
      case .alex: (.alexNet, .lpipsAlex)
      case .vgg: (.vgg16, .lpipsVGG)
      case .squeeze: (.squeezeNet, .lpipsSqueeze)
      }
    return try LPIPS(kind, backbone: try require(backbone, in: folders), heads: try require(heads, in: folders))
  }
  /// ArcFace if its file is there, else MobileFaceNet. Cosines of the two are not to be compared.
  package static func identity(in folders: [URL]? = nil) throws -> any IdentityNet {
    if let weights = find(.arcFace, in: folders) { return try ArcFace(weights: weights) }
    return try MobileFaceNet(weights: try require(.mobileFaceNet, in: folders))
  }
  package static func faceParser(in folders: [URL]? = nil) throws -> FaceParser {
    try FaceParser(weights: try require(.faceParser, in: folders))
  }
  package static func syncNet(in folders: [URL]? = nil) throws -> SyncNet {
    try SyncNet(weights: try require(.syncNet, in: folders))
  }
}
