import Foundation
import Testing
import Torch

@Suite struct TensorTests {
  @Test func shapesAndTypes() {
    let a = Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3])
    #expect(a.shape == [2, 3] && a.dim == 2 && a.numel == 6 && a.size(-1) == 3)
    #expect(a.dtype == .float32 && a.device == .cpu && a.isContiguous && !a.t().isContiguous)
    #expect(a.to(.int64).array(Int.self) == [1, 2, 3, 4, 5, 6])
    #expect(a.t().floats == [1, 4, 2, 5, 3, 6])
    #expect("\(a[1])" == "float32 [3] [4.0, 5.0, 6.0]")
    #expect("\(Tensor.zeros([20], .uint8))" == "uint8 [20]")
    #expect(Tensor([] as [Float]).floats == [] && Tensor.zeros([0, 4]).numel == 0)
    for dtype in [Tensor.DType.uint8, .int8, .int16, .int32, .int64, .float16, .bfloat16, .float32, .float64, .bool] {
      let ones = Tensor.ones([3], dtype)
      #expect(ones.dtype == dtype && ones.array(Double.self) == [1, 1, 1])
      #expect(ones.withBytes { $0.count } == 3 * dtype.size)
    }
    #expect(Tensor.linspace(0, 1, 3).floats == [0, 0.5, 1] && Tensor.eye(2).floats == [1, 0, 0, 1])
    #expect(Tensor.full([2], 3).floats == [3, 3] && Tensor.arange(3).array(Int.self) == [0, 1, 2])
  }

  @Test func changesInPlace() {
    let a = Tensor.zeros([2, 3])
    a.fill_(2)
    a.add_(Tensor.ones([3]))
    a.add_(Tensor.ones([3]), alpha: 0.5)
    a.sub_(Tensor(1 as Float))
    a.mul_(2)
    #expect(a.floats == [5, 5, 5, 5, 5, 5])
    a.mul_(Tensor([1, 2, 3] as [Float]))
    a.clamp_(6, 14)
    #expect(a.floats == [6, 10, 14, 6, 10, 14])
    a.lerp_(Tensor.zeros([3]), 0.5)
    a.indexAdd_(1, Tensor([2, 2]), Tensor.ones([2, 2]))
    #expect(a.floats == [3, 5, 9, 3, 5, 9])
    a[.all, 1] = Tensor([7, 8] as [Float])
    #expect(a.floats == [3, 7, 9, 3, 8, 9])
    a.copy_(Tensor([1, 2, 3]))
    #expect(a.floats == [1, 2, 3, 1, 2, 3])
    a.zero_()
    #expect(a.floats == [0, 0, 0, 0, 0, 0] && a.onesLike().sum().item == 6 && a.clone().zerosLike().numel == 6)
  }

  /// Memory that counts its owners' ends.
  private final class Owner {
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 4)
    let gone: () -> Void
    init(_ gone: @escaping () -> Void) {
      memory.initialize(repeating: 1, count: 4)
      self.gone = gone
    }
    deinit {
      memory.deallocate()
      gone()
    }
  }
  @Test func sharesMemory() {
    var gone = 0
    do {
      let owner = Owner { gone += 1 }
      let view: Tensor
      do {
        let tensor = Tensor(sharing: owner.memory, [2, 2], .float32, owner: owner)
        owner.memory[3] = 5
        #expect(tensor.floats == [1, 1, 1, 5])
        tensor.withMutableElements(Float.self) { $0[0] = 9 }
        #expect(owner.memory[0] == 9)
        tensor.withElements(Float.self) { #expect($0.baseAddress == UnsafePointer(owner.memory)) }
        tensor.withBytes { #expect($0.baseAddress == UnsafeRawPointer(owner.memory)) }
        view = tensor[1]
      }
      #expect(view.floats == [1, 5] && gone == 0)
    }
    #expect(gone == 1)
  }

  @Test func operatorsTakeAllKindsOfArguments() {
    let a = Tensor([3, 1, 2] as [Float])
    // Several results, a list of tensors, lists with gaps, strings, truth values, numbers, missing ones, types and devices.
    #expect(call2("aten::sort", a, 0, true).1.array(Int.self) == [0, 2, 1])
    #expect(call3("aten::linalg_svd", Tensor.eye(2)).1.floats == [1, 1])
    #expect(callList("aten::split.Tensor", a, 2).map(\.shape) == [[2], [1]])
    #expect(callAll("aten::_unique2", a, true, false, false).map { $0?.numel } == [3, 0, 0])
    #expect(
      callAll(
        "aten::native_batch_norm_backward", a.reshape(1, 3), a.reshape(1, 3), nil as Tensor?, nil as Tensor?, nil as Tensor?,
        a, a, true, 1e-5, [true, false, false]
      ).map { $0 == nil } == [false, true, true])
    #expect(call("aten::div.Tensor_mode", a, Tensor(2 as Float), "floor").floats == [1, 0, 1])
    #expect(call("aten::index.Tensor", Tensor.eye(3), [nil, Tensor([1])] as [Tensor?]).floats == [0, 1, 0])
    #expect(call("aten::upsample_nearest1d.vec", a.reshape(1, 1, 3), [Int]?.none, [2.0]).floats == [3, 3, 1, 1, 2, 2])
    #expect(call("aten::full", [2], 7, Tensor.DType.int32, Int?.none, Device.cpu).array(Int32.self) == [7, 7])
    #expect(callNumber("aten::size.int", a, 0) == 3 && callNumber("aten::is_nonzero", a[0]) == 1)
    callVoid("aten::fill_.Scalar", a, 4)
    #expect(a.floats == [4, 4, 4])
  }

  @Test func devicesThatUsersName() throws {
    #expect(try Device(named: "cpu") == .cpu)
    #expect(throws: DeviceError.unknown("gpu")) { try Device(named: "gpu") }
    #expect(throws: DeviceError.unknown("cuda:x\n")) { try Device(named: "cuda:x\n") }
    if Device.hasCUDA {
      #expect(Tensor.ones([2], device: try Device(named: "cuda")).to(.cpu).floats == [1, 1])
    } else {
      #expect(throws: DeviceError.absent("cuda", count: 0)) { try Device(named: "cuda") }
    }
    #expect(throws: DeviceError.self) { try Device(named: "cuda:999") }
  }

  @Test func libtorchIsTheOneBuiltWith() throws {
    try Libtorch.check()
    #expect(Libtorch.builtVersion.wholeMatch(of: #/2\.\d+\.\d+/#) != nil)
    let error = #expect(throws: LibtorchError.self) { try Libtorch.check(built: "2.13.0", loaded: "2.11.0") }
    #expect(error.map { "\($0)".contains("2.13.0") && "\($0)".contains("2.11.0") && "\($0)".contains("LIBTORCH") } == true)
    #expect(Libtorch.threads >= 1)
  }

  @Test(.enabled(if: isLinux, "skipped: the policy is set on Linux only")) func threadsWaitAsleepUnlessToldOtherwise() {
    let environment = ProcessInfo.processInfo.environment
    #expect(["OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"].contains { environment[$0] != nil })
  }
}

#if os(Linux)
  private let isLinux = true
#else
  private let isLinux = false
#endif
