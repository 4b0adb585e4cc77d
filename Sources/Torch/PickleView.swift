/// The names that a pickle of weights may ask for.
enum PickleName {
  case orderedDictionary, size, rebuildTensor, rebuildParameter, parameter
  case storage(String, Tensor.DType)

  private static let storages: [String: Tensor.DType] = [
    "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .float16, "BFloat16Storage": .bfloat16, "LongStorage": .int64,
    "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
  ]

  /// Throws `foreign` for any other name.
  init(module: String, name: String) throws(TorchFileError.Problem) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch", "Size"): self = .size
    case ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch.nn.parameter", "Parameter"), ("torch.nn", "Parameter"): self = .parameter
    default:
      guard module == "torch" || module == "torch.cuda", let type = Self.storages[name] else { throw .foreign("\(module).\(name)") }
      self = .storage(name, type)
    }
  }
}

/// A row of numbers in the file, as a pickle names it.
struct PickleStorage {
  let key: String
  let dtype: Tensor.DType
  /// Elements in all of it.
  let count: Int

  /// Takes ("storage", type, key, device, count) and, in older files, a view (key, first, count) of a larger one.
  init(_ parts: [PickleMachine.Value]) throws(TorchFileError.Problem) {
    guard parts.count >= 5, case .text("storage") = parts[0], case .name(.storage(_, let type)) = parts[1], case .text(let key) = parts[2],
      case .integer(let count) = parts[4], count >= 0, !count.multipliedReportingOverflow(by: type.size).overflow
    else { throw .damaged("a storage in it is not what PyTorch writes") }
    if parts.count > 5 {
      guard case .none = parts[5] else { throw .unsupported("it shares numbers between storages, as PyTorch before 0.4 did") }
    }
    (self.key, dtype, self.count) = (key, type, count)
  }
}

/// A tensor as a pickle describes it: lengths and strides over a storage, checked to stay inside it.
struct PickleView {
  let storage: PickleStorage
  let offset: Int
  let shape, strides: [Int]

  init(_ storage: PickleStorage, _ offset: Int, _ shape: [Int], strides: [Int]) throws(TorchFileError.Problem) {
    guard shape.count == strides.count, shape.count <= SafetensorsHeader.rankLimit else {
      throw .damaged("a tensor in it has \(shape.count) lengths and \(strides.count) strides")
    }
    guard offset >= 0, (shape + strides).allSatisfy({ $0 >= 0 }) else { throw .damaged("a tensor in it has a negative length") }
    // Elements, lengths of zero counting as one so that no product overflows later; and the place of the last one.
    var (elements, last) = (1, offset)
    for (length, stride) in zip(shape, strides) {
      let (product, tooMany) = elements.multipliedReportingOverflow(by: max(length, 1))
      let (reach, tooFar) = max(length - 1, 0).multipliedReportingOverflow(by: stride)
      let (sum, beyond) = last.addingReportingOverflow(reach)
      guard !tooMany, !tooFar, !beyond else { throw .damaged("a tensor in it is impossibly large") }
      (elements, last) = (product, sum)
    }
    if shape.contains(0) {
      guard offset <= storage.count else { throw .damaged("a tensor in it lies outside its storage") }
    } else {
      // A tensor of more elements than its storage would be a small file that fills the memory.
      guard last < storage.count, elements <= storage.count else { throw .damaged("a tensor in it lies outside its storage") }
    }
    (self.storage, self.offset, self.shape, self.strides) = (storage, offset, shape, strides)
  }
}
