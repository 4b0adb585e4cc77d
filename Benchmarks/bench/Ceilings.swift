import Torch

/// What the machine can do at most while the bench runs, on all of libtorch's threads.
struct Ceilings {
  /// Multiplications and additions out of registers, GFLOP/s.
  var arithmetic = 0.0
  /// The same on one thread.
  var arithmeticOfOne = 0.0
  /// Reading what no cache holds, GB/s.
  var reading = 0.0
  var readingOfOne = 0.0
  /// out = x + factor y, GB/s as STREAM counts them: three times the array's size, without fetching what is overwritten.
  var triad = 0.0
  /// The best of libtorch's matrix products, GFLOP/s.
  var products = 0.0

  init(times: Int) {
    let threads = Libtorch.threads
    (arithmetic, reading) = (Self.arithmetic(times), Self.reading(times))
    triad = Self.triad(times)
    products = Self.products(times)
    Libtorch.threads = 1
    (arithmeticOfOne, readingOfOne) = (Self.arithmetic(times), Self.reading(times))
    Libtorch.threads = threads
  }

  /// Looks at the arithmetic once more: what else runs on the machine can only have made it look slower than it is.
  mutating func lookAgain() {
    let now = Self.arithmetic(3)
    if Libtorch.threads == 1 { arithmeticOfOne = max(arithmeticOfOne, now) } else { arithmetic = max(arithmetic, now) }
  }

  private static func arithmetic(_ times: Int) -> Double {
    let sums = Tensor.zeros([64])
    var operations = 0.0
    // Some 10 ms on one thread.
    let rounds = 1_000_000
    let time = fastest(times) { operations = callNumber("likeness::multiply_adds", rounds, sums) }
    return operations / time * 1e-9
  }

  /// Floats of an array that is several times as large as the largest caches.
  private static let many = 96 << 20

  private static func reading(_ times: Int) -> Double {
    let x = Tensor.full([many], 1)
    return Double(4 * many) / fastest(times) { call("likeness::read", x) } * 1e-9
  }

  private static func triad(_ times: Int) -> Double {
    let all = (0..<3).map { Tensor.full([many], Double($0)) }
    return Double(12 * many) / fastest(times) { call("likeness::triad_", all[0], all[1], all[2], 0.5) } * 1e-9
  }

  /// Over libtorch's two libraries and a few sizes.
  private static func products(_ times: Int) -> Double {
    let generator = Generator(seed: 2)
    return withoutGradient {
      [(8192, 256), (16384, 256), (2048, 1024)].map { rows, width in
        let x = Tensor.randn([rows, width], generator), weight = Tensor.randn([width, width], generator), bias = Tensor.zeros([width])
        let time = fastest(times, [{ _ = x.dense(weight, bias) }, { _ = x.matmul(weight) }])
        return 2 * Double(rows * width * width) * 1e-9 / (time.min() ?? .nan)
      }.max() ?? .nan
    }
  }

  func add(to report: Report) {
    let threads = "\(Libtorch.threads) threads"
    report.add("FMA peak, 1 thread", arithmeticOfOne, "GFLOP/s")
    report.add("FMA peak, \(threads)", arithmetic, "GFLOP/s", ratio: arithmetic / arithmeticOfOne, against: "one thread")
    report.add("memory, reading, 1 thread", readingOfOne, "GB/s")
    report.add("memory, reading, \(threads)", reading, "GB/s", ratio: reading / readingOfOne, against: "one thread")
    report.add("memory, triad, \(threads)", triad, "GB/s", ratio: triad / reading, against: "reading")
    report.add(
      "matrix products of libtorch, best size, \(threads)", products, "GFLOP/s", ratio: products / arithmetic, against: "the FMA peak")
  }
}
