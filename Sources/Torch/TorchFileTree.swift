/// Makes tensors and containers of what a pickle described.
struct TorchFileTree {
  typealias Problem = TorchFileError.Problem
  private let file: MappedFile
  private let things: [PickleMachine.Thing]
  let root: PickleMachine.Value
  private let storages: TorchStorages
  /// Storages that were made, so that tensors on the same one share it.
  private var made: [String: Tensor] = [:]
  private(set) var tensors: [String: Tensor] = [:]
  private var visited = 0

  /// Containers in containers.
  static let depthLimit = 32
  static let visitLimit = 1_000_000

  init(_ file: MappedFile) throws(Problem) {
    self.file = file
    if file.bytes.starts(with: TorchFile.zipStart) {
      (root, things, storages) = try TorchStorages.zip(file.bytes)
    } else if file.bytes.starts(with: TorchFile.oldStart) {
      (root, things, storages) = try TorchStorages.old(file.bytes)
    } else if file.count > 262, file.bytes[257..<262].elementsEqual("ustar".utf8) {
      throw .unsupported("it is a tar file of PyTorch before 0.1.10")
    } else {
      throw .unknown
    }
  }

  /// What `value` is, found at `path`; a container that stands in several places is walked in each, up to a limit.
  mutating func content(_ value: PickleMachine.Value, _ path: String, depth: Int = 0) throws(Problem) -> TorchFile.Content {
    visited += 1
    guard visited <= Self.visitLimit else { throw .limit("more than \(Self.visitLimit) members") }
    guard depth <= Self.depthLimit else { throw .limit("containers more than \(Self.depthLimit) deep") }
    switch value {
    case .none: return .nothing
    case .truth(let truth): return .truth(truth)
    case .integer(let number): return .integer(number)
    case .real(let number): return .real(number)
    case .text(let text): return .text(text)
    case .tensor(let view): return .tensor(try tensor(view, path))
    case .name, .storage: throw .damaged("it holds a bare type or storage")
    case .thing(let index):
      switch things[index] {
      case .tuple(let parts), .list(let parts):
        var list: [TorchFile.Content] = []
        for (i, part) in parts.enumerated() { list.append(try content(part, join(path, "\(i)"), depth: depth + 1)) }
        return .list(list)
      case .dictionary(let pairs):
        visited += pairs.count
        // As in Python the last of several members of one name holds.
        var last: [String: PickleMachine.Value] = [:]
        for (key, value) in pairs { last[try name(key)] = value }
        var members: [String: TorchFile.Content] = [:]
        for (key, value) in last { members[key] = try content(value, join(path, key), depth: depth + 1) }
        return .dictionary(members)
      case .parameter(let view):
        guard let view else { throw .damaged("a parameter in it has no numbers") }
        return .tensor(try tensor(view, path))
      }
    }
  }
  private func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
  private func name(_ key: PickleMachine.Value) throws(Problem) -> String {
    switch key {
    case .text(let text): return text
    case .integer(let number): return String(number)
    default: throw .unsupported("a dictionary in it has keys that are neither strings nor whole numbers")
    }
  }

  private mutating func tensor(_ view: PickleView, _ path: String) throws(Problem) -> Tensor {
    let whole = try storage(view.storage)
    let tensor = call("aten::as_strided", whole, view.shape, view.strides, view.offset)
    guard tensors.updateValue(tensor, forKey: path) == nil else { throw .damaged("\(SafetensorsError.quoted(path)) occurs in it twice") }
    return tensor
  }
  private mutating func storage(_ storage: PickleStorage) throws(Problem) -> Tensor {
    if let known = made[storage.key] { return known }
    let range = try storages.range(of: storage, file.bytes)
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[range])
    if storage.dtype == .bool, !bytes.allSatisfy({ $0 <= 1 }) { throw .damaged("it holds Boolean values other than 0 and 1") }
    let start = file.start + range.lowerBound
    // The older format does not align; the processor's vector loads ask for it.
    let tensor =
      bytes.isEmpty || UInt(bitPattern: start) % UInt(storage.dtype.size) != 0
      ? Tensor(bytes: bytes, [storage.count], storage.dtype) : Tensor(sharing: start, [storage.count], storage.dtype, owner: file)
    made[storage.key] = tensor
    return tensor
  }
}
