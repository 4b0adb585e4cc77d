import Face
import Foundation
import Media
import Photos
import Portrait
import Runs
import Testing
import Torch

/// How the finder of glasses was fitted: no test, and left out where `LIKENESS_GLASSES` does not name folders of faces (a:b).
///
/// Reads every face of the folders, those of `Fixtures/glasses.txt` as wearing glasses and the others as bare, writes what the finder sees of
/// each into `LIKENESS_PLATES`, and prints the weights that Sources/Portrait/Lift/GlassesWeights.swift holds.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["LIKENESS_GLASSES"] != nil, "skipped: a fit, not a test"))
struct GlassesFit {
  private static let shifts = [SIMD2(0, 0), SIMD2(2, 2), SIMD2(-2, -2), SIMD2(2, -3), SIMD2(-2, 3)]
  private static let parts = 5, decay = 0.003, rate = 0.02, steps = 300
  private let environment = ProcessInfo.processInfo.environment
  private var plates: URL { URL(filePath: environment["LIKENESS_PLATES"] ?? "plates") }

  @Test func fit() throws {
    try readFaces()
    let list = URL(filePath: #filePath).appending(path: "../../Fixtures/glasses.txt").standardizedFileURL
    let lines = try String(contentsOf: list, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
    let unsure: Set<String> = Set(lines.filter { $0.hasPrefix("?") }.map { "\($0.dropFirst()).png" })
    let worn: Set<String> = Set(lines.map { "\($0).png" })
    let names = try FileManager.default.contentsOfDirectory(atPath: plates.path).sorted().filter { !unsure.contains($0) }
    let truth = Tensor(names.map { worn.contains($0) ? Float(1) : 0 })
    print("\(names.count) faces, \(truth.sum().item) of them with glasses")
    let images = try names.map { try ImageFile.read(plates.appending(path: $0)) }
    // Faces are not always found to the pixel.
    let sets = Self.shifts.map { shift in
      stack(images.map { image in Tensor(GlassesGradients(plate: Self.moved(image, shift)).values + [1]) })
    }
    // Each fifth is judged by the fit to the others.
    var judged = [Float](repeating: 0, count: names.count)
    for part in 0..<Self.parts {
      let mine = names.indices.filter { $0 % Self.parts == part }, others = names.indices.filter { $0 % Self.parts != part }
      let weights = Self.fitted(sets, truth, others)
      for (k, score) in zip(mine, sets[0].indexSelect(0, Tensor(mine.map(Int64.init))).matmul(weights).floats) { judged[k] = score }
    }
    let isWorn = names.map { worn.contains($0) }
    print("found \(names.indices.count { isWorn[$0] && judged[$0] > 0 }), wrongly \(names.indices.count { !isWorn[$0] && judged[$0] > 0 })")
    for k in names.indices where isWorn[k] != (judged[k] > 0) { print("\(names[k]): \(judged[k])") }

    let weights = Self.fitted(sets, truth, Array(names.indices)).floats, scale = (weights.dropLast().map(abs).max() ?? 1) / 127
    let bytes = weights.dropLast().map { UInt8(bitPattern: Int8(($0 / scale).rounded())) }
    print("bias \(weights.last ?? 0), scale \(scale)\n\(Data(bytes).base64EncodedString())")
  }

  /// By Adam; both kinds of faces count alike.
  private static func fitted(_ sets: [Tensor], _ truth: Tensor, _ chosen: [Int]) -> Tensor {
    let index = Tensor(chosen.map(Int64.init))
    let x = cat(sets.map { $0.indexSelect(0, index) }, 0).to(.float64),
      y = cat(sets.map { _ in truth.indexSelect(0, index) }, 0).to(.float64)
    let worn = y.mean().item, share = y * ((1 - worn) / max(worn, 1e-6) - 1) + 1, sum = share.sum().item
    var free = [Double](repeating: decay, count: x.size(1))
    free[free.count - 1] = 0
    let pull = Tensor(free)
    var (weights, mean, square) = (pull * 0, pull * 0, pull * 0)
    for step in 1...steps {
      let error = (x.matmul(weights).sigmoid() - y) * share, slope = x.t().matmul(error) / sum + pull * weights
      (mean, square) = (mean * 0.9 + slope * 0.1, square * 0.99 + slope * slope * 0.01)
      let size = step > steps * 2 / 3 ? rate / 5 : rate
      let way = (mean / (1 - pow(0.9, Double(step)))) / ((square / (1 - pow(0.99, Double(step)))).sqrt() + 1e-6)
      weights = weights - way * size
    }
    return weights.to(.float32)
  }

  private static func moved(_ image: Tensor, _ shift: SIMD2<Int>) -> Tensor {
    let (height, width) = (image.size(0), image.size(1)), given = image.array(UInt8.self)
    var out = given
    for y in 0..<height {
      for x in 0..<width {
        let u = min(max(x + shift.x, 0), width - 1), v = min(max(y + shift.y, 0), height - 1)
        for c in 0..<3 { out[3 * (y * width + x) + c] = given[3 * (v * width + u) + c] }
      }
    }
    return Tensor(out, image.shape)
  }

  /// What the finder sees of each face, as far as it is not there.
  private func readFaces() throws {
    try FileManager.default.createDirectory(at: plates, withIntermediateDirectories: true)
    let reader = try PhotoReader(), model = MorphableModel.builtIn()
    for folder in (environment["LIKENESS_GLASSES"] ?? "").split(separator: ":").map({ URL(filePath: String($0)) }) {
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() where name.hasSuffix("g") {
        let file = plates.appending(path: name + ".png")
        guard !FileManager.default.fileExists(atPath: file.path) else { continue }
        guard let photo = try? reader.lifted(try ImageFile.read(folder.appending(path: name)), name: name) else {
          print("no face in \(name)")
          continue
        }
        try ImageFile.write(photo.glassesPlate(model), to: file)
      }
    }
  }
}
