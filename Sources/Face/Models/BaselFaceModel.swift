import Foundation
import Torch

/// The Basel Face Model as Deep3DFaceRecon uses it: shape, texture, light and camera from 257 coefficients.
///
/// Users bring the model, converted once from `BFM_model_front.mat` to safetensors under the same keys, float32 with zero-based indices:
/// `meanshape` `[3V, 1]` (recentred, or it is recentred here), `idBase` `[3V, 80]`, `exBase` `[3V, 64]`, `meantex` `[1, 3V]` in 0...255,
/// `texBase` `[3V, 80]`, `tri` `[F, 3]`, `point_buf` `[V, 8]` (the triangles around a vertex, F where there are fewer), `keypoints` `[68]`.
package final class BaselFaceModel {
  package let meanShape, identityBasis, expressionBasis, meanTexture, textureBasis: Tensor
  /// `[F, 3]`, `[V, 8]` and `[68]` int64.
  package let triangles, trianglesAround, keypoints: Tensor
  /// Of the reconstruction's 224-pixel images, in pixels; and how far the camera stands from the origin.
  package var focal = 1015.0, center = 112.0, cameraDistance = 10.0

  package init(
    meanShape: Tensor, identityBasis: Tensor, expressionBasis: Tensor, meanTexture: Tensor, textureBasis: Tensor, triangles: Tensor,
    trianglesAround: Tensor, keypoints: Tensor
  ) {
    let v = meanShape.reshape(-1, 3)
    self.meanShape = (v - v.mean(0, keepdim: true)).reshape(-1)
    (self.identityBasis, self.expressionBasis, self.textureBasis) = (identityBasis, expressionBasis, textureBasis)
    self.meanTexture = meanTexture.reshape(-1)
    self.triangles = triangles.to(.int64)
    self.trianglesAround = trianglesAround.to(.int64)
    self.keypoints = keypoints.to(.int64).reshape(-1)
  }
  /// Throws for files that are not sound or lack a key.
  package convenience init(contentsOf url: URL) throws {
    let file = try Safetensors.read(url)
    func take(_ key: String) throws -> Tensor {
      guard let tensor = file.tensors[key] else {
        throw ModelFileError(url, "has no \(key); convert BFM_model_front.mat with its own keys to safetensors")
      }
      return tensor
    }
    self.init(
      meanShape: try take("meanshape"), identityBasis: try take("idBase"), expressionBasis: try take("exBase"),
      meanTexture: try take("meantex"), textureBasis: try take("texBase"), triangles: try take("tri"),
      trianglesAround: try take("point_buf"), keypoints: try take("keypoints"))
  }

  /// The pieces of a coefficient vector `[B, 257]`: identity 80, expression 64, texture 80, angles 3, light 27, translation 3.
  package struct Coefficients {
    package let identity, expression, texture, angles, light, translation: Tensor
    package init(_ all: Tensor) {
      let parts = all.split([80, 64, 80, 3, 27, 3], -1)
      (identity, expression, texture) = (parts[0], parts[1], parts[2])
      (angles, light, translation) = (parts[3], parts[4], parts[5])
    }
  }

  /// `[B, V, 3]` (Eq 4 of NOFA++).
  package func shape(_ c: Coefficients) -> Tensor {
    (c.identity.matmul(identityBasis.t()) + c.expression.matmul(expressionBasis.t()) + meanShape).reshape(-1, meanShape.numel / 3, 3)
  }
  /// `[B, V, 3]`, about 0...1.
  package func texture(_ c: Coefficients) -> Tensor {
    (c.texture.matmul(textureBasis.t()) + meanTexture).reshape(-1, meanTexture.numel / 3, 3) / 255
  }
  /// Unit normals `[B, V, 3]` of a shape: triangles' normals added up around each vertex.
  package func normals(_ shape: Tensor) -> Tensor {
    let corner = triangles.unbind(1).map { shape.indexSelect(1, $0) }
    let faces = Self.unit(call("aten::linalg_cross", corner[0] - corner[1], corner[1] - corner[2]))
    let none = Tensor.zeros([faces.size(0), 1, 3])
    let around = cat([faces, none], 1).indexSelect(1, trianglesAround.reshape(-1))
    return Self.unit(around.reshape(faces.size(0), -1, trianglesAround.size(1), 3).sum(2))
  }
  private static func unit(_ v: Tensor) -> Tensor { v / v.norm(-1, keepdim: true).clamp(1e-12) }

  /// Rotations `[B, 3, 3]` that act on rows, x R, from angles `[B, 3]` about x, y and z.
  package func rotation(_ angles: Tensor) -> Tensor {
    let a = angles.unbind(-1)
    let zero = a[0].zerosLike(), one = a[0].onesLike()
    let (c, s) = (a.map { $0.cos() }, a.map { $0.sin() })
    func matrix(_ rows: [Tensor]) -> Tensor { stack(rows, -1).reshape(-1, 3, 3) }
    let x = matrix([one, zero, zero, zero, c[0], -s[0], zero, s[0], c[0]])
    let y = matrix([c[1], zero, s[1], zero, one, zero, -s[1], zero, c[1]])
    let z = matrix([c[2], -s[2], zero, s[2], c[2], zero, zero, zero, one])
    return z.matmul(y).matmul(x).transpose(1, 2)
  }
  /// Vertices seen from the camera, `[B, V, 3]`, whose z is the distance.
  package func cameraVertices(_ shape: Tensor, _ c: Coefficients) -> Tensor {
    let world = shape.matmul(rotation(c.angles)) + c.translation.unsqueeze(1)
    return cat([world.narrow(2, 0, 2), cameraDistance - world.narrow(2, 2, 1)], 2)
  }
  /// The 68 landmarks in the image, `[B, 68, 2]` pixels; as in the published code y grows upwards.
  package func landmarks(_ cameraVertices: Tensor) -> Tensor {
    let p = cameraVertices.indexSelect(1, keypoints)
    return p.narrow(2, 0, 2) / p.narrow(2, 2, 1) * focal + center
  }
  /// Colours `[B, V, 3]` of a texture under nine spherical harmonics of light a channel.
  package func color(_ texture: Tensor, _ normals: Tensor, _ c: Coefficients) -> Tensor {
    let n = normals.matmul(rotation(c.angles)).split(1, -1)
    let pi = Double.pi
    let a = (pi, 2 * pi / 3.0.squareRoot(), 2 * pi / 8.0.squareRoot())
    let k = (1 / (4 * pi).squareRoot(), (3 / (4 * pi)).squareRoot(), 3 * (5 / (12 * pi)).squareRoot())
    let (first, second) = (a.1 * k.1, a.2 * k.2)
    let harmonics = cat(
      [
        n[0].onesLike() * (a.0 * k.0), -n[1] * first, n[2] * first, -n[0] * first, n[0] * n[1] * second, -n[1] * n[2] * second,
        (n[2].square() * 3 - 1) * (0.5 * second / 3.0.squareRoot()), -n[0] * n[2] * second,
        (n[0].square() - n[1].square()) * (0.5 * second),
      ], -1)
    // Light that is not there at coefficients of zero would be none at all: 0.8 of even light is the origin.
    let origin = Tensor([0.8, 0, 0, 0, 0, 0, 0, 0, 0] as [Float])
    let light = c.light.reshape(-1, 3, 9) + origin
    return harmonics.matmul(light.transpose(1, 2)) * texture
  }
}
