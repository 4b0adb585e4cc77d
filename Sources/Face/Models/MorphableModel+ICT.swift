import Foundation
import Torch

extension MorphableModel {
  /// The packed ICT-FaceKit head: 100 identity modes and its expressions under ARKit's names (those that ICT halves are put together).
  ///
  /// Tear fluid, lashes and the like are left out of the triangles. Throws for files that are not sound or are something else.
  package static func ict(_ url: URL) throws -> MorphableModel {
    let file = try Safetensors.read(url)
    let source = try ICTFile(file, url)
    let (points, count) = (source.points, source.points.count)
    let match = MeshCorrespondence(points: points, face: source.region("face"), landmarks: source.landmarks)

    // Expressions: the halves of one ARKit shape add up.
    var names: [String] = []
    var shapes: [Tensor] = []
    let halves = try source.tensor("expression").to(.float32)
    for (i, given) in source.expressionNames.enumerated() {
      var name = ExpressionNames.fromICT(given)
      let whole = name.replacingOccurrences(of: "Left", with: "").replacingOccurrences(of: "Right", with: "")
      if !ExpressionNames.arkit.contains(name), ExpressionNames.arkit.contains(whole) { name = whole }
      guard ExpressionNames.arkit.contains(name) else { continue }
      if let at = names.firstIndex(of: name) {
        shapes[at] = shapes[at] + halves[.at(i)]
      } else {
        names.append(name)
        shapes.append(halves[.at(i)])
      }
    }
    // Centimetres to head units, the origin where the built-in head has it.
    let origin = Tensor([match.shift.x, match.shift.y, match.shift.z])
    let mean = (try source.tensor("vertices").to(.float32) - origin) / 10
    let shape = LinearShape(
      mean: mean, identity: try source.tensor("identity").to(.float32) / 10, expression: stack(shapes) / 10)
    let eyes = [source.region("eyeball_right"), source.region("eyeball_left")]
    let parts = source.parts(match)
    let shown = parts.indices.filter { parts[$0] != .hidden }
    return MorphableModel(
      name: "ict", shape: shape, identityNames: (0..<shape.identity.size(0)).map { "identity\($0)" }, expressionNames: names,
      triangles: try source.tensor("triangles").to(.int64).indexSelect(0, Tensor(shown)), parts: shown.map { parts[$0] },
      landmarkVertices: match.vertices + source.irisLandmarks("right") + source.irisLandmarks("left"),
      torsoWeight: Tensor.zeros([count]), eyes: eyes, eyeWeights: source.centerWeights(["right", "left"]))
  }
}

/// What the packed file says, checked.
private struct ICTFile {
  private let file: Safetensors
  private let url: URL
  let points: [SIMD3<Float>]
  let landmarks: [Int]
  let expressionNames: [String]
  private let regions: [String: Range<Int>]
  private let regionNames: [String]
  private let materials: [String]

  init(_ file: Safetensors, _ url: URL) throws {
    (self.file, self.url) = (file, url)
    func decode<T: Decodable>(_ key: String, _: T.Type) throws -> T {
      guard let text = file.metadata[key], let value = try? JSONDecoder().decode(T.self, from: Data(text.utf8)) else {
        throw ModelFileError(url, "its metadata has no valid \(key); pack ICT-FaceKit again")
      }
      return value
    }
    expressionNames = try decode("expressions", [String].self)
    materials = try decode("materials", [String].self)
    var ranges: [String: Range<Int>] = [:]
    var order: [String] = []
    for entry in try decode("regions", [Region].self) {
      ranges[entry.name] = entry.range
      order.append(entry.name)
    }
    for (name, ends) in try decode("subregions", [String: [Int]].self) where ends.count == 2 && ends[0] <= ends[1] {
      ranges[name] = ends[0]..<ends[1] + 1
    }
    (regions, regionNames) = (ranges, order)
    guard let vertices = file.tensors["vertices"], vertices.dim == 2, vertices.size(1) == 3, let marks = file.tensors["landmarks68"],
      marks.numel == 68
    else { throw ModelFileError(url, "has no vertices or landmarks68; pack ICT-FaceKit again") }
    let flat = vertices.floats
    points = (0..<vertices.size(0)).map { SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2]) }
    var known = marks.array(Int.self)
    // The jaw's points of the 68 lie on the outline; these lie on the jaw itself.
    if let right = file.tensors["jaw_right"], let left = file.tensors["jaw_left"], right.numel == 8, left.numel == 8 {
      known.replaceSubrange(0..<8, with: right.array(Int.self))
      known.replaceSubrange(9..<17, with: left.array(Int.self))
    }
    landmarks = known
    let needed = ["face", "head_neck", "eyeball_left", "eyeball_right", "sclera_left", "sclera_right", "iris_left", "iris_right"]
    for name in needed where ranges[name] == nil { throw ModelFileError(url, "has no region \(name); pack ICT-FaceKit again") }
    guard known.allSatisfy(points.indices.contains), ranges.values.allSatisfy({ $0.upperBound <= points.count }) else {
      throw ModelFileError(url, "refers to vertices that it does not have; pack ICT-FaceKit again")
    }
  }
  private struct Region: Decodable {
    var name: String
    var range: Range<Int>
    init(from decoder: Decoder) throws {
      var list = try decoder.unkeyedContainer()
      name = try list.decode(String.self)
      let first = try list.decode(Int.self), last = try list.decode(Int.self)
      range = first..<max(first, last) + 1
    }
  }

  func tensor(_ name: String) throws -> Tensor {
    guard let tensor = file.tensors[name] else { throw ModelFileError(url, "has no \(name); pack ICT-FaceKit again") }
    return tensor
  }
  func region(_ name: String) -> Range<Int> { regions[name] ?? 0..<0 }

  /// The centre of a ball's surface, by least squares.
  private func center(_ side: String) -> SIMD3<Float> {
    let ball = region("sclera_" + side)
    let p = Tensor(ball.flatMap { [points[$0].x, points[$0].y, points[$0].z] }, [ball.count, 3])
    let system = cat([p * 2, Tensor.ones([ball.count, 1])], 1).to(.float64)
    let right = p.to(.float64).square().sum(1, keepdim: true)
    let x = call("aten::linalg_solve", system.t().matmul(system), system.t().matmul(right)).floats
    return [x[0], x[1], x[2]]
  }
  /// Weights `[2, V]` that mix each eye's centre from its vertices, affinely, so that it moves as they do.
  func centerWeights(_ sides: [String]) -> Tensor {
    var weights = [Float](repeating: 0, count: sides.count * points.count)
    for (row, side) in sides.enumerated() {
      let ball = region("eyeball_" + side)
      let p = Tensor(ball.flatMap { [points[$0].x, points[$0].y, points[$0].z] }, [ball.count, 3]).to(.float64)
      let middle = p.mean(0, keepdim: true)
      let c = center(side)
      let off = Tensor([c.x, c.y, c.z], [1, 3]).to(.float64) - middle
      let around = p - middle
      let share = around.matmul(call("aten::linalg_solve", around.t().matmul(around), off.t())).reshape(-1) + 1 / Double(ball.count)
      for (v, w) in zip(ball, share.floats) { weights[row * points.count + v] = w }
    }
    return Tensor(weights, [sides.count, points.count])
  }
  /// The iris' centre and its points towards +x, +y, -x and -y.
  func irisLandmarks(_ side: String) -> [Int] {
    let iris = region("iris_" + side)
    let c = center(side)
    func best(_ measure: (SIMD3<Float>) -> Float) -> Int { iris.max { measure(points[$0] - c) < measure(points[$1] - c) } ?? 0 }
    // The rim is where the visible disc ends: 0.6 cm from the axis.
    func rim(_ direction: SIMD3<Float>) -> Int { best { d in d.z > 0 ? -length(SIMD3(d.x, d.y, 0) - direction * 0.6) : -100 } }
    return [best { d in d.z - 4 * abs(d.x) - 4 * abs(d.y) }] + [[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]].map(rim)
  }

  /// What each triangle shows.
  func parts(_ match: MeshCorrespondence) -> [FacePart] {
    guard let triangles = file.tensors["triangles"]?.array(Int.self), let region = file.tensors["triangle_region"]?.array(Int.self),
      let material = file.tensors["triangle_material"]?.array(Int.self)
    else { return [] }
    let middle = region.indices.map { t in
      (points[triangles[3 * t]] + points[triangles[3 * t + 1]] + points[triangles[3 * t + 2]]) / 3
    }
    let names = region.map { regionNames.indices.contains($0) ? regionNames[$0] : "" }
    var parts = [FacePart](repeating: .hidden, count: region.count)
    func paint(_ name: String, bent: Bool, _ allow: (FacePart) -> Bool) {
      let which = names.indices.filter { names[$0] == name }
      for (t, part) in zip(which, match.parts(at: which.map { middle[$0] }, bent: bent, allow)) { parts[t] = part }
    }
    paint("face", bent: true) { [.skin, .eyelid, .brow, .nose, .upperLip, .lowerLip, .scalp, .ear, .neck].contains($0) }
    paint("head_neck", bent: false) { [.scalp, .ear, .neck].contains($0) }
    let lowerTeeth = regions["teeth_lower"]
    for t in parts.indices {
      let shown = materials.indices.contains(material[t]) ? materials[material[t]] : ""
      switch names[t] {
      case "mouth_socket": parts[t] = .mouthSocket
      case "eye_socket_left", "eye_socket_right": parts[t] = .eyelid
      case "gums_tongue": parts[t] = .gums
      case "teeth": parts[t] = lowerTeeth?.contains(triangles[3 * t]) == true ? .lowerTeeth : .upperTeeth
      case "eyeball_left", "eyeball_right": parts[t] = shown.contains("Iris") ? .iris : .sclera
      default: break
      }
    }
    return parts
  }
}
