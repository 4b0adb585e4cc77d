import Face
import Foundation

/// Fills holes of an image with what goes on plausibly from around them: every patch of the hole is to look like some patch that is seen
/// (Wexler, Shechtman and Irani, 2007), found by chance and by asking neighbors (Barnes et al., 2009), from coarse to fine.
///
/// Searched is in an image of at most `side` pixels; what was found there is copied from the full image, so that grain and detail go on.
package struct PatchFill {
  /// Pixels of the longer side that is searched in, and those on each side of a patch's middle.
  private static let side = 192, reach = 3
  /// The image of the coarsest level has at most this many pixels a side.
  private static let coarsest = 32

  private let width, height: Int
  private var colors: [SIMD4<Float>]
  /// Pixels to fill, and middles of patches that may be copied.
  private let isHole: [Bool], isSource: [Bool]
  private var nearest: [Int32]
  private var cost: [Float]

  /// Fills the pixels of `image`, `[height, width, 3]` in 0...1, that are `unknown`, which hold a first guess; nothing is copied from pixels
  /// that are `barred`, either. The same image always gives the same bits. Returns false, and leaves the guess, where too little is known.
  package static func fill(_ image: inout [Float], unknown: [Bool], barred: [Bool], _ width: Int, _ height: Int) -> Bool {
    let factor = max(1, Int((Float(max(width, height)) / Float(side)).rounded(.up)))
    let fine = Level(image, unknown, barred, width, height)
    guard fine.hole.contains(true) else { return true }
    var levels = [factor == 1 ? fine : fine.shrunk(by: factor)]
    while max(levels[0].width, levels[0].height) > coarsest { levels.insert(levels[0].shrunk(by: 2), at: 0) }
    guard let last = levels.last, last.sources(reach).count(where: { $0 }) * 25 > last.width * last.height else { return false }
    var random = SeededRandom(seed: 1, stream: "fill")
    var found: PatchFill?
    for (n, level) in levels.enumerated() {
      // Where nothing can be copied at a coarse level, the next one begins.
      guard level.sources(reach).contains(true) else { continue }
      var next = PatchFill(level, from: found, random: &random)
      for round in 0..<(n == levels.count - 1 ? 3 : 5) {
        next.search(rounds: round == 0 ? 3 : 2, random: &random)
        next.vote()
      }
      next.search(rounds: 1, random: &random)
      found = next
    }
    guard let found else { return false }
    found.copy(into: &image, fine, factor)
    return true
  }

  private init(_ level: Level, from coarse: PatchFill?, random: inout SeededRandom) {
    (width, height, colors, isHole) = (level.width, level.height, level.colors, level.hole)
    isSource = level.sources(Self.reach)
    let sources = isSource
    let places = sources.indices.filter { sources[$0] }
    nearest = [Int32](repeating: -1, count: width * height)
    cost = [Float](repeating: .infinity, count: width * height)
    for k in 0..<width * height {
      let x = k % width, y = k / width
      // Patches that touch the hole are looked for.
      guard touches(x, y) else { continue }
      if let coarse {
        let u = min(x * coarse.width / width, coarse.width - 1), v = min(y * coarse.height / height, coarse.height - 1)
        let old = Int(coarse.nearest[v * coarse.width + u])
        if old >= 0 {
          let (a, b) = (old % coarse.width - u, old / coarse.width - v)
          let to = SIMD2(x + a * width / coarse.width, y + b * height / coarse.height)
          if to.x >= 0, to.y >= 0, to.x < width, to.y < height, isSource[to.y * width + to.x] { nearest[k] = Int32(to.y * width + to.x) }
        }
      }
      if nearest[k] < 0 { nearest[k] = Int32(places[Int(random.next() % UInt64(places.count))]) }
    }
    if coarse != nil { vote() }
  }

  private func touches(_ x: Int, _ y: Int) -> Bool {
    for v in max(0, y - Self.reach)...min(height - 1, y + Self.reach) {
      for u in max(0, x - Self.reach)...min(width - 1, x + Self.reach) where isHole[v * width + u] { return true }
    }
    return false
  }

  /// How unlike two patches are: the mean of squares, and a little for being far away. Gives up above `most`.
  private func difference(_ a: Int, _ b: Int, _ colors: UnsafePointer<SIMD4<Float>>, most: Float) -> Float {
    let (ax, ay, bx, by) = (a % width, a / width, b % width, b / width)
    let away = SIMD2(Float(ax - bx) / Float(width), Float(ay - by) / Float(height))
    var sum: Float = 0.002 * (away * away).sum() * 49
    let r = Self.reach, limit = most * 49
    for v in max(-r, -ay)...min(r, height - 1 - ay) {
      var row = SIMD4<Float>.zero
      for u in max(-r, -ax)...min(r, width - 1 - ax) {
        let d = colors[a + v * width + u] - colors[b + v * width + u]
        row += d * d
      }
      sum += row.sum()
      if sum >= limit { return .infinity }
    }
    return sum / 49
  }

  private mutating func search(rounds: Int, random: inout SeededRandom) {
    let all = colors
    all.withUnsafeBufferPointer { buffer in
      guard let colors = buffer.baseAddress else { return }
      for k in 0..<width * height where nearest[k] >= 0 { cost[k] = difference(k, Int(nearest[k]), colors, most: .infinity) }
      for round in 0..<rounds {
        let step = round % 2 == 0 ? 1 : -1
        for n in 0..<width * height {
          let k = step > 0 ? n : width * height - 1 - n
          guard nearest[k] >= 0 else { continue }
          let (x, y) = (k % width, k / width)
          func attempt(_ u: Int, _ v: Int, _ fill: inout PatchFill) {
            guard u >= 0, v >= 0, u < fill.width, v < fill.height, fill.isSource[v * fill.width + u] else { return }
            let place = v * fill.width + u
            let found = fill.difference(k, place, colors, most: fill.cost[k])
            if found < fill.cost[k] { (fill.cost[k], fill.nearest[k]) = (found, Int32(place)) }
          }
          // What the neighbor found, moved along.
          if x - step >= 0, x - step < width {
            let other = Int(nearest[k - step])
            if other >= 0 { attempt(other % width + step, other / width, &self) }
          }
          if y - step >= 0, y - step < height {
            let other = Int(nearest[k - step * width])
            if other >= 0 { attempt(other % width, other / width + step, &self) }
          }
          var radius = max(width, height)
          while radius > 0 {
            let at = Int(nearest[k]), bits = random.next()
            let dx = Int(bits & 0xffff) % (2 * radius + 1) - radius, dy = Int(bits >> 16 & 0xffff) % (2 * radius + 1) - radius
            attempt(at % width + dx, at / width + dy, &self)
            radius /= 2
          }
        }
      }
    }
  }

  /// Every pixel of the hole becomes what the patches that cover it say, those that fit best above all.
  private mutating func vote() {
    let known = cost.filter { $0.isFinite }.sorted()
    let scale = known.isEmpty ? 1 : max(known[known.count * 3 / 4], 1e-5)
    var sums = [SIMD4<Float>](repeating: .zero, count: width * height)
    for k in 0..<width * height where nearest[k] >= 0 {
      let (x, y) = (k % width, k / width), from = Int(nearest[k])
      let weight = cost[k].isFinite ? exp(-cost[k] / (2 * 0.5 * scale)) + 1e-6 : 1
      for v in max(-Self.reach, -y)...min(Self.reach, height - 1 - y) {
        for u in max(-Self.reach, -x)...min(Self.reach, width - 1 - x) where isHole[k + v * width + u] {
          var color = colors[from + v * width + u]
          color.w = 1
          sums[k + v * width + u] += color * weight
        }
      }
    }
    for k in 0..<width * height where isHole[k] && sums[k].w > 0 {
      colors[k] = sums[k] / sums[k].w
      colors[k].w = 0
    }
  }

  /// What the hole looks like without seams: its changes from pixel to pixel are those of the patches that were found, its values those of
  /// what is seen around it (Perez, Gangnet and Blake, 2003), at the size that was searched.
  private func seamless(from first: [SIMD4<Float>]) -> [SIMD4<Float>] {
    var out = first
    let holes = isHole.indices.filter { isHole[$0] }
    // For each pixel of the hole: the sum of the changes to its neighbors, and how many it has.
    var changes = [SIMD4<Float>](repeating: .zero, count: holes.count)
    for (n, k) in holes.enumerated() {
      let (x, y) = (k % width, k / width), from = Int(nearest[k])
      for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1)] where x + dx >= 0 && y + dy >= 0 && x + dx < width && y + dy < height {
        let step = dy * width + dx, other = Int(nearest[k + step])
        // As the pixel's own patch goes on and as its neighbor's does.
        changes[n] += 0.5 * (colors[from] - colors[from + step] + colors[other - step] - colors[other])
      }
    }
    let hold: Float = 0.001
    for _ in 0..<200 {
      for (n, k) in holes.enumerated() {
        let (x, y) = (k % width, k / width)
        var sum = changes[n] + hold * first[k], count = hold
        if x > 0 { (sum, count) = (sum + out[k - 1], count + 1) }
        if x + 1 < width { (sum, count) = (sum + out[k + 1], count + 1) }
        if y > 0 { (sum, count) = (sum + out[k - width], count + 1) }
        if y + 1 < height { (sum, count) = (sum + out[k + width], count + 1) }
        out[k] += 1.9 * (sum / count - out[k])
      }
    }
    return out
  }

  /// Copies from the full image what was found in the smaller one.
  private func copy(into image: inout [Float], _ fine: Level, _ factor: Int) {
    let source = fine.colors, side = Float(factor)
    var copied = [SIMD4<Float>](repeating: .zero, count: fine.width * fine.height)
    var means = [SIMD4<Float>](repeating: .zero, count: width * height)
    for y in 0..<fine.height {
      for x in 0..<fine.width where fine.hole[y * fine.width + x] {
        // The four patches about the place, as in bilinear reading.
        let px = (Float(x) + 0.5) / side - 0.5, py = (Float(y) + 0.5) / side - 0.5
        let x0 = Int(px.rounded(.down)), y0 = Int(py.rounded(.down))
        var sum = SIMD4<Float>.zero
        for v in y0...y0 + 1 {
          for u in x0...x0 + 1 {
            let cx = min(max(u, 0), width - 1), cy = min(max(v, 0), height - 1), from = Int(nearest[cy * width + cx])
            guard from >= 0 else { continue }
            let sx = x + (from % width - cx) * factor, sy = y + (from / width - cy) * factor
            guard sx >= 0, sy >= 0, sx < fine.width, sy < fine.height, !fine.hole[sy * fine.width + sx] else { continue }
            let weight = max(0, 1 - abs(px - Float(u))) * max(0, 1 - abs(py - Float(v))) + 1e-6
            var color = source[sy * fine.width + sx]
            color.w = 1
            sum += color * weight
          }
        }
        guard sum.w > 0 else { continue }
        copied[y * fine.width + x] = sum / sum.w
        means[y / factor * width + x / factor] += sum / sum.w
      }
    }
    var first = colors
    for k in means.indices where means[k].w > 0 {
      first[k] = means[k] / means[k].w
      first[k].w = 0
    }
    let wanted = seamless(from: first)
    for y in 0..<fine.height {
      for x in 0..<fine.width where copied[y * fine.width + x].w > 0 {
        let px = min(max((Float(x) + 0.5) / side - 0.5, 0), Float(width - 1)),
          py = min(max((Float(y) + 0.5) / side - 0.5, 0), Float(height - 1))
        let x0 = Int(px), y0 = Int(py), x1 = min(x0 + 1, width - 1), y1 = min(y0 + 1, height - 1), fx = px - Float(x0), fy = py - Float(y0)
        func shift(_ x: Int, _ y: Int) -> SIMD4<Float> { wanted[y * width + x] - first[y * width + x] }
        let top = shift(x0, y0) * (1 - fx) + shift(x1, y0) * fx, bottom = shift(x0, y1) * (1 - fx) + shift(x1, y1) * fx
        let color = copied[y * fine.width + x] + top * (1 - fy) + bottom * fy
        for c in 0..<3 { image[3 * (y * fine.width + x) + c] = min(max(color[c], 0), 1) }
      }
    }
  }
}

/// An image with a hole at one size.
private struct Level {
  let width, height: Int
  var colors: [SIMD4<Float>]
  var hole, barred: [Bool]

  init(width: Int, height: Int, colors: [SIMD4<Float>], hole: [Bool], barred: [Bool]) {
    (self.width, self.height, self.colors, self.hole, self.barred) = (width, height, colors, hole, barred)
  }
  init(_ image: [Float], _ hole: [Bool], _ barred: [Bool], _ width: Int, _ height: Int) {
    let colors = (0..<width * height).map { SIMD4(image[3 * $0], image[3 * $0 + 1], image[3 * $0 + 2], 0) }
    self.init(width: width, height: height, colors: colors, hole: hole, barred: barred)
  }

  /// Means of what is known in squares of `factor` pixels; a square with a hole is hole.
  func shrunk(by factor: Int) -> Level {
    let (w, h) = ((width + factor - 1) / factor, (height + factor - 1) / factor)
    var small = Level(
      width: w, height: h, colors: Array(repeating: .zero, count: w * h), hole: Array(repeating: false, count: w * h),
      barred: Array(repeating: false, count: w * h))
    for y in 0..<h {
      for x in 0..<w {
        var all = SIMD4<Float>.zero, count: Float = 0
        for v in y * factor..<min((y + 1) * factor, height) {
          for u in x * factor..<min((x + 1) * factor, width) {
            let k = v * width + u
            all += colors[k]
            count += 1
            if hole[k] { small.hole[y * w + x] = true }
            if barred[k] { small.barred[y * w + x] = true }
          }
        }
        small.colors[y * w + x] = all / count
      }
    }
    return small
  }

  /// Where the middle of a patch may be that holds no hole and nothing barred, and lies within the image.
  func sources(_ reach: Int) -> [Bool] {
    var bad = [Bool](repeating: false, count: width * height)
    for k in bad.indices { bad[k] = hole[k] || barred[k] }
    var rows = bad
    for y in 0..<height {
      for x in 0..<width {
        rows[y * width + x] = x < reach || x >= width - reach || (x - reach...x + reach).contains { bad[y * width + $0] }
      }
    }
    return (0..<width * height).map { k in
      let (x, y) = (k % width, k / width)
      return y >= reach && y < height - reach && !(y - reach...y + reach).contains { rows[$0 * width + x] }
    }
  }
}
