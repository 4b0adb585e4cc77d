import Face
import Foundation
import Torch

/// The outside of a head model as a fine mesh: skin, lids, lips, scalp and neck without ears, eyeballs and mouth.
///
/// Every vertex lies in one triangle of the model and moves with its corners; what is flat in the model is rounded by its normals
/// (point-normal triangles, Vlachos et al. 2001), lids and lips stay as they are.
struct HeadSurface {
  /// Corners in the model and their weights.
  private(set) var links: [SIMD3<Int32>] = []
  private(set) var weights: [SIMD3<Float>] = []
  private(set) var triangles: [SIMD3<Int32>] = []
  private(set) var parts: [FacePart] = []
  /// In head space, as the photo shows the head.
  var places: [SIMD3<Float>] = []
  var count: Int { links.count }

  /// How far each vertex stays with the torso.
  private(set) var torso: [Float] = []
  /// What lies further down the neck than this share of the torso is left to the sheet.
  private static let neckEnd: Float = 0.97
  /// The model's triangles that it covers, and whether its corners are rounded, 1 or 0.
  private let faces: [SIMD3<Int32>], round: [Float]

  /// `places` are the model's vertices; each edge is cut into `pieces`.
  init(_ model: MorphableModel, places: [SIMD3<Float>], pieces: Int = 4) {
    let corners = model.triangles.array(Int32.self)
    let torso = model.torsoWeight.floats
    let inside: Set<FacePart> = [.sclera, .iris, .pupil, .mouthSocket, .gums, .upperTeeth, .lowerTeeth, .tongue, .hidden]
    let all = (0..<corners.count / 3).map { SIMD3(corners[3 * $0], corners[3 * $0 + 1], corners[3 * $0 + 2]) }
    let whole = Self.connected(all, to: Int32(model.landmarkVertices[4]), count: places.count)
    let kept = all.indices.filter { f in
      let t = all[f]
      return whole[Int(t.x)] && !inside.contains(model.parts[f]) && (0..<3).allSatisfy { torso[Int(t[$0])] <= Self.neckEnd }
    }
    faces = kept.map { all[$0] }
    let normals = vertexNormals(places, faces)
    var round = [Float](repeating: 1, count: places.count)
    for f in kept where [.eyelid, .upperLip, .lowerLip, .innerLip].contains(model.parts[f]) {
      for k in 0..<3 { round[Int(all[f][k])] = 0 }
    }
    self.round = round
    var numbers: [SIMD8<Int32>: Int32] = [:]
    for f in kept {
      let t = all[f]
      func vertex(_ a: Int, _ b: Int, _ c: Int) -> Int32 {
        let shares = [a, b, c]
        let used = (0..<3).filter { shares[$0] > 0 }.sorted { t[$0] < t[$1] }
        var key = SIMD8<Int32>(repeating: -1)
        for (k, corner) in used.enumerated() { (key[2 * k], key[2 * k + 1]) = (t[corner], Int32(shares[corner])) }
        if let known = numbers[key] { return known }
        let number = Int32(links.count)
        numbers[key] = number
        links.append(t)
        let w = SIMD3(Float(a), Float(b), Float(c)) / Float(pieces)
        weights.append(w)
        self.places.append(Self.rounded(t, w, places, normals, round))
        self.torso.append(w.x * torso[Int(t.x)] + w.y * torso[Int(t.y)] + w.z * torso[Int(t.z)])
        return number
      }
      for i in 0..<pieces {
        for j in 0..<pieces - i {
          let k = pieces - i - j
          add(vertex(k, i, j), vertex(k - 1, i + 1, j), vertex(k - 1, i, j + 1), model.parts[f])
          if i + j < pieces - 1 { add(vertex(k - 1, i + 1, j), vertex(k - 2, i + 1, j + 1), vertex(k - 1, i, j + 1), model.parts[f]) }
        }
      }
    }
  }
  /// The same surface of another head of the same model, whose vertices are `places`, for less.
  func laid(on places: [SIMD3<Float>]) -> HeadSurface {
    var other = self
    let normals = vertexNormals(places, faces)
    for v in links.indices { other.places[v] = Self.rounded(links[v], weights[v], places, normals, round) }
    return other
  }
  private mutating func add(_ a: Int32, _ b: Int32, _ c: Int32, _ part: FacePart) {
    triangles.append([a, b, c])
    parts.append(part)
  }

  /// The place with weights `w` on the cubic patch over a triangle.
  private static func rounded(
    _ t: SIMD3<Int32>, _ w: SIMD3<Float>, _ places: [SIMD3<Float>], _ normals: [SIMD3<Float>], _ round: [Float]
  ) -> SIMD3<Float> {
    let p = (0..<3).map { places[Int(t[$0])] }
    let n = (0..<3).map { normals[Int(t[$0])] * round[Int(t[$0])] }
    func edge(_ i: Int, _ j: Int) -> SIMD3<Float> {
      let lift: SIMD3<Float> = n[i] * dot(p[j] - p[i], n[i])
      return (p[i] * 2 + p[j] - lift) / 3
    }
    var sum = SIMD3<Float>.zero, edges = SIMD3<Float>.zero
    for i in 0..<3 {
      sum += p[i] * (w[i] * w[i] * w[i])
      for j in 0..<3 where j != i {
        let e = edge(i, j)
        sum += e * (3 * w[i] * w[i] * w[j])
        edges += e
      }
    }
    let corners: SIMD3<Float> = (p[0] + p[1] + p[2]) / 3
    let mean: SIMD3<Float> = edges / 6
    let middle: SIMD3<Float> = mean + (mean - corners) * 0.5
    let share: Float = 6 * w.x * w.y * w.z
    return sum + middle * share
  }

  /// Which vertices hang together with one.
  private static func connected(_ triangles: [SIMD3<Int32>], to seed: Int32, count: Int) -> [Bool] {
    var parent = Array(0..<count)
    func root(_ v: Int) -> Int {
      var v = v
      while parent[v] != v {
        parent[v] = parent[parent[v]]
        v = parent[v]
      }
      return v
    }
    for t in triangles {
      parent[root(Int(t.y))] = root(Int(t.x))
      parent[root(Int(t.z))] = root(Int(t.x))
    }
    let wanted = root(Int(seed))
    return (0..<count).map { root($0) == wanted }
  }

  /// A number of each of the model's vertices, at each vertex.
  func interpolated(_ values: [Float]) -> [Float] {
    zip(links, weights).map { l, w in w.x * values[Int(l.x)] + w.y * values[Int(l.y)] + w.z * values[Int(l.z)] }
  }
  /// The share of each vertex's triangles, over the vertices of the model, that are one of `kinds`.
  static func share(_ model: MorphableModel, of kinds: Set<FacePart>) -> [Float] {
    let corners = model.triangles.array(Int32.self)
    var (mine, all) = ([Float](repeating: 0, count: model.vertexCount), [Float](repeating: 0, count: model.vertexCount))
    for (f, part) in model.parts.enumerated() {
      for k in 0..<3 {
        all[Int(corners[3 * f + k])] += 1
        if kinds.contains(part) { mine[Int(corners[3 * f + k])] += 1 }
      }
    }
    return zip(mine, all).map { $1 > 0 ? $0 / $1 : 0 }
  }

  /// Neighbors of every vertex, one list behind the other, and where each begins.
  var neighbors: (list: [Int32], starts: [Int]) {
    var edges = Set<SIMD2<Int32>>()
    for t in triangles {
      for (a, b) in [(t.x, t.y), (t.y, t.z), (t.z, t.x)] {
        edges.insert([a, b])
        edges.insert([b, a])
      }
    }
    var starts = [Int](repeating: 0, count: count + 1)
    for e in edges { starts[Int(e.x) + 1] += 1 }
    for k in 0..<count { starts[k + 1] += starts[k] }
    var next = starts, list = [Int32](repeating: 0, count: edges.count)
    for e in edges.sorted(by: { ($0.x, $0.y) < ($1.x, $1.y) }) {
      list[next[Int(e.x)]] = e.y
      next[Int(e.x)] += 1
    }
    return (list, starts)
  }
}

/// Unit normals of vertices, weighted by the triangles' areas.
func vertexNormals(_ places: [SIMD3<Float>], _ triangles: [SIMD3<Int32>]) -> [SIMD3<Float>] {
  var sums = [SIMD3<Float>](repeating: .zero, count: places.count)
  for t in triangles {
    let (a, b, c) = (places[Int(t.x)], places[Int(t.y)], places[Int(t.z)])
    let n = cross(b - a, c - a)
    for k in 0..<3 { sums[Int(t[k])] += n }
  }
  return sums.map { normalized($0) }
}
