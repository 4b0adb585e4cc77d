import Face
import Foundation
import Testing
import Torch

private let assets: URL = {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  return ProcessInfo.processInfo.environment["LIKENESS_ASSETS"].map { URL(filePath: $0) } ?? root.appending(path: "../shared/assets")
}()
private let ict = assets.appending(path: "morphable/ict_full.safetensors")
private let canonical = assets.appending(path: "morphable/mediapipe_canonical_face_model.obj")
private func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

struct SharedModelTests {
  @Test(.enabled(if: exists(canonical), "skipped: ../shared is absent"))
  func theMeanFaceIsNearTheCanonicalOne() throws {
    let rows = try String(contentsOf: canonical, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("v ") }
    let b = Tensor(rows.flatMap { $0.split(separator: " ").dropFirst().prefix(3).compactMap { Float($0) } }, [rows.count, 3]).narrow(
      0, 0, 468)
    let a = MorphableModel.builtIn().mean.narrow(0, 0, 468) * 10
    // The similarity that brings one onto the other best (Umeyama).
    let (ma, mb) = (a.mean(0, keepdim: true), b.mean(0, keepdim: true))
    let (u, s, v) = call3("aten::linalg_svd", (b - mb).t().matmul(a - ma))
    let scale = s.sum() / (a - ma).square().sum()
    let error = ((a - ma).matmul(u.matmul(v).t()) * scale + mb - b).norm(1)
    print("mean face against the canonical one: mean \(error.mean().item) cm, largest \(error.max().item) cm")
    #expect(error.mean().item < 0.35 && error.max().item < 1)
  }

  @Test(.enabled(if: exists(ict), "skipped: ../shared is absent"))
  func theICTHeadLoadsWithNamesRegionsAndEyes() throws {
    let model = try MorphableModel.ict(ict)
    #expect(Set(model.expressionNames) == Set(ExpressionNames.arkit).subtracting(["tongueOut"]))
    #expect(model.identityNames.count == 100 && model.landmarkVertices.count == 478)
    #expect(
      Set(model.parts.map(\.semanticClass)).isSuperset(of: [.skin, .nose, .eyes, .brows, .ears, .mouthInterior, .lips, .hair, .neck]))
    let rest = centimetres(model.mean)
    let left = centimetres(model.vertices(gaze: Tensor([0.3, 0] as [Float]))),
      up = centimetres(model.vertices(gaze: Tensor([0, 0.3] as [Float])))
    for iris in [468, 473] {
      let v = model.landmarkVertices[iris]
      #expect((iris == 468) == (rest[v].x < 0) && abs(abs(rest[v].x) - 3.1) < 0.4)
      #expect(abs(left[v].x - rest[v].x - 1.2 * sin(0.3)) < 0.15 && abs(up[v].y - rest[v].y - 1.2 * sin(0.3)) < 0.15)
    }
    let own = centimetres(MorphableModel.builtIn().mean)
    let off = (0..<468).map { length(rest[model.landmarkVertices[$0]] - own[$0]) }
    #expect(off.reduce(0, +) / 468 < 1, "landmarks lie where the built-in head has them, \(off.reduce(0, +) / 468) cm off")
    // The same movement goes the same way.
    let builtIn = MorphableModel.builtIn()
    for name in ["jawOpen", "eyeBlinkLeft", "mouthSmileRight", "browInnerUp", "mouthPucker"] {
      let a = builtIn.expressionBasis[.at(builtIn.expressionIndex(name)!)].narrow(0, 0, 468)
      let b = model.expressionBasis[.at(model.expressionIndex(name)!)].indexSelect(0, Tensor(Array(model.landmarkVertices.prefix(468))))
      let cosine = ((a * b).sum() / (a.norm() * b.norm())).item
      #expect(cosine > 0.6, "\(name): \(cosine)")
    }
  }
  @Test func otherFilesAreRefusedInOneLine() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString + ".safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try Safetensors.write(["vertices": Tensor.zeros([4, 3])], to: url)
    for load in [MorphableModel.ict, MorphableModel.bfm] {
      #expect { _ = try load(url) } throws: { "\($0)".contains(url.lastPathComponent) && !"\($0)".contains("\n") }
    }
  }
}
