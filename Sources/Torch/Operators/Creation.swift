extension Tensor {
  package static func zeros(_ shape: [Int], _ dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    call("aten::zeros", shape, dtype, Int?.none, device)
  }
  package static func ones(_ shape: [Int], _ dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    call("aten::ones", shape, dtype, Int?.none, device)
  }
  package static func empty(_ shape: [Int], _ dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    call("aten::empty.memory_format", shape, dtype, Int?.none, device)
  }
  package static func full(_ shape: [Int], _ value: Double, _ dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    call("aten::full", shape, value, dtype, Int?.none, device)
  }
  /// 0, 1, ... `count` - 1.
  package static func arange(_ count: Int, _ dtype: DType = .int64, device: Device = .cpu) -> Tensor {
    call("aten::arange", count, dtype, Int?.none, device)
  }
  package static func linspace(_ start: Double, _ end: Double, _ steps: Int, device: Device = .cpu) -> Tensor {
    call("aten::linspace", start, end, steps, DType.float32, Int?.none, device)
  }
  package static func eye(_ n: Int, device: Device = .cpu) -> Tensor { call("aten::eye", n, DType.float32, Int?.none, device) }
  /// Uniform in 0..<1, from `generator`, on its device.
  package static func rand(_ shape: [Int], _ generator: Generator? = nil, device: Device = .cpu) -> Tensor {
    call("aten::rand.generator", shape, generator, DType.float32, Int?.none, device)
  }
  /// Normal with mean 0 and variance 1, from `generator`.
  package static func randn(_ shape: [Int], _ generator: Generator? = nil, device: Device = .cpu) -> Tensor {
    call("aten::randn.generator", shape, generator, DType.float32, Int?.none, device)
  }
  /// Integers in `range`.
  package static func randint(_ range: Range<Int>, _ shape: [Int], _ generator: Generator? = nil, device: Device = .cpu) -> Tensor {
    call("aten::randint.low_generator", range.lowerBound, range.upperBound, shape, generator, DType.int64, Int?.none, device)
  }
  /// A random order of 0..<`count`.
  package static func randperm(_ count: Int, _ generator: Generator? = nil, device: Device = .cpu) -> Tensor {
    call("aten::randperm.generator", count, generator, DType.int64, Int?.none, device)
  }
  package func zerosLike() -> Tensor { call("aten::zeros_like", self) }
  package func onesLike() -> Tensor { call("aten::ones_like", self) }
  /// `count` indices into weights `[n]` or `[m, n]`, each drawn with a probability in proportion to its weight.
  package func multinomial(_ count: Int, replacement: Bool = false, _ generator: Generator? = nil) -> Tensor {
    call("aten::multinomial", self, count, replacement, generator)
  }
}
