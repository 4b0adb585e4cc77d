import Foundation
import Torch

/// What can be wrong with a texture enhancement or what it is trained with; the description is one line with the remedy.
package enum TextureError: KindedError {
  /// A field of the configuration and what it must be.
  case configuration(String)
  case noFrames(String)
  /// An image of the avatar that was kept, and its shape.
  case image(URL, [Int])
  /// A file that is no texture enhancement, and what is wrong.
  case file(URL, String)

  package var errorKind: ErrorKind {
    switch self {
    case .configuration: .usage
    case .noFrames, .image, .file: .input
    }
  }
  package var description: String {
    switch self {
    case .configuration(let text): "the configuration cannot be used: \(text)"
    case .noFrames(let what): "\(what) has no frames to train on; run process on a longer clip"
    case .image(let url, let shape):
      "\(url.relativePath): has the shape \(shape), but the avatar's images have another size; remove the file, and it is rendered again"
    case .file(let url, let text): "\(url.relativePath): \(text)"
    }
  }
}
