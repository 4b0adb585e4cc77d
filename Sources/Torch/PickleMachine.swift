/// The part of Python's pickle language that weights are written in.
///
/// It calls nothing: the few names that a pickle may ask for stand in `PickleName`, and each only arranges what the pickle holds.
/// All it makes lies in one list, so that nothing in a file, however nested, is walked by recursion.
struct PickleMachine {
  /// What stands on the stack.
  enum Value {
    case none
    case truth(Bool)
    case integer(Int)
    case real(Double)
    case text(String)
    case name(PickleName)
    case storage(PickleStorage)
    case tensor(PickleView)
    /// A tuple, list, dictionary or parameter: its place in `things`.
    case thing(Int)
  }
  enum Thing {
    case tuple([Value])
    case list([Value])
    case dictionary([(key: Value, value: Value)])
    /// What an old PyTorch wrapped a tensor in; the tensor may come later.
    case parameter(PickleView?)
  }
  typealias Problem = TorchFileError.Problem

  private(set) var things: [Thing] = []
  /// Storages that the pickle named, under their keys.
  private(set) var storages: [String: PickleStorage] = [:]
  private var stack: [Value] = []
  private var marks: [Int] = []
  private var memo: [Int: Value] = [:]
  /// Values copied by what is not proportional to the file's bytes.
  private var copied = 0
  private var reader: ByteReader

  /// Bytes of a pickle; that of a network of a thousand tensors has a hundred thousand.
  static let sizeLimit = 64 << 20
  static let copyLimit = 4_000_000

  /// Runs the pickle that starts at `at`; returns the machine with what it made, the pickle's result and where it ends.
  static func run(_ bytes: UnsafeRawBufferPointer, at: Int = 0) throws(Problem) -> (made: PickleMachine, result: Value, end: Int) {
    var machine = PickleMachine(reader: ByteReader(bytes, at: at))
    while true {
      guard machine.reader.at - at <= sizeLimit else { throw .limit("more than \(sizeLimit) bytes of pickle") }
      let place = machine.reader.at
      let instruction = try machine.reader.number(UInt8.self)
      if instruction == UInt8(ascii: ".") {
        let result = try machine.pop()
        return (machine, result, machine.reader.at)
      }
      try machine.step(instruction, at: place)
    }
  }
  private init(reader: ByteReader) { self.reader = reader }

  private mutating func step(_ instruction: UInt8, at place: Int) throws(Problem) {
    switch instruction {
    case 0x80: _ = try reader.take(1)  // PROTO
    case 0x95: _ = try reader.take(8)  // FRAME
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.truth(true))
    case 0x89: stack.append(.truth(false))
    case UInt8(ascii: "K"): stack.append(.integer(Int(try reader.number(UInt8.self))))
    case UInt8(ascii: "M"): stack.append(.integer(Int(try reader.number(UInt16.self))))
    case UInt8(ascii: "J"): stack.append(.integer(Int(try reader.number(Int32.self))))
    case 0x8a: stack.append(.integer(try long()))
    case UInt8(ascii: "G"): stack.append(.real(Double(bitPattern: try reader.number(UInt64.self).byteSwapped)))
    case UInt8(ascii: "U"), 0x8c: stack.append(.text(try reader.text(Int(try reader.number(UInt8.self)))))
    case UInt8(ascii: "X"), UInt8(ascii: "T"): stack.append(.text(try reader.text(Int(try reader.number(UInt32.self)))))
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: ")"): push(.tuple([]))
    case UInt8(ascii: "]"): push(.list([]))
    case UInt8(ascii: "}"): push(.dictionary([]))
    case UInt8(ascii: "t"): push(.tuple(try sinceMark()))
    case 0x85, 0x86, 0x87: push(.tuple(try pop(Int(instruction - 0x84))))
    case UInt8(ascii: "a"): try append(try pop(1))
    case UInt8(ascii: "e"): try append(try sinceMark())
    case UInt8(ascii: "s"): try set(try pop(2))
    case UInt8(ascii: "u"): try set(try sinceMark())
    case UInt8(ascii: "q"): memo[Int(try reader.number(UInt8.self))] = try top()
    case UInt8(ascii: "r"): memo[Int(try reader.number(UInt32.self))] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "h"): stack.append(try recall(Int(try reader.number(UInt8.self))))
    case UInt8(ascii: "j"): stack.append(try recall(Int(try reader.number(UInt32.self))))
    case UInt8(ascii: "c"): stack.append(.name(try PickleName(module: try reader.line(), name: try reader.line())))
    case 0x93: try nameFromStack()
    case UInt8(ascii: "Q"): try nameStorage()
    case UInt8(ascii: "R"), 0x81: try apply()
    case UInt8(ascii: "b"): try build()
    default: throw .instruction(instruction, at: place)
    }
  }

  // MARK: - The stack

  private mutating func push(_ thing: Thing) {
    stack.append(.thing(things.count))
    things.append(thing)
  }
  private func top() throws(Problem) -> Value {
    guard let last = stack.last, stack.count > (marks.last ?? 0) else {
      throw .damaged("its pickle takes more from the stack than there is")
    }
    return last
  }
  private mutating func pop() throws(Problem) -> Value {
    defer { stack.removeLast() }
    return try top()
  }
  private mutating func pop(_ count: Int) throws(Problem) -> [Value] {
    guard stack.count - (marks.last ?? 0) >= count else { throw .damaged("its pickle takes more from the stack than there is") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }
  private mutating func sinceMark() throws(Problem) -> [Value] {
    guard let mark = marks.popLast() else { throw .damaged("its pickle ends a list that did not begin") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }
  private func recall(_ key: Int) throws(Problem) -> Value {
    guard let value = memo[key] else { throw .damaged("its pickle refers to something that it did not store") }
    return value
  }
  /// An integer of up to eight bytes, two's complement.
  private mutating func long() throws(Problem) -> Int {
    let bytes = try reader.take(Int(try reader.number(UInt8.self)))
    guard bytes.count <= 8 else { throw .limit("a whole number of more than 64 bits") }
    let negative = (bytes.last ?? 0) & 0x80 != 0
    return bytes.reversed().reduce(negative ? -1 : 0) { $0 << 8 | Int($1) }
  }

  // MARK: - Containers

  private func target() throws(Problem) -> Int {
    guard case .thing(let index) = try top() else { throw .damaged("its pickle fills something that is not a container") }
    return index
  }
  private mutating func append(_ values: [Value]) throws(Problem) {
    let index = try target()
    guard case .list(var list) = things[index] else { throw .damaged("its pickle appends to something that is not a list") }
    things[index] = .list([])  // so that `list` is the only owner and grows in place
    list += values
    things[index] = .list(list)
  }
  private mutating func set(_ values: [Value]) throws(Problem) {
    let index = try target()
    guard case .dictionary(var pairs) = things[index], values.count % 2 == 0 else {
      throw .damaged("its pickle sets members of something that is not a dictionary")
    }
    things[index] = .dictionary([])
    for i in stride(from: 0, to: values.count, by: 2) { pairs.append((values[i], values[i + 1])) }
    things[index] = .dictionary(pairs)
  }
  /// The members of a tuple or list.
  private func parts(_ value: Value, _ what: String) throws(Problem) -> [Value] {
    if case .thing(let index) = value {
      switch things[index] {
      case .tuple(let parts), .list(let parts): return parts
      default: break
      }
    }
    throw .damaged("\(what) in it is not what PyTorch writes")
  }

  // MARK: - Names

  private mutating func nameStorage() throws(Problem) {
    let storage = try PickleStorage(parts(try pop(), "a storage"))
    if let known = storages[storage.key], known.count != storage.count || known.dtype != storage.dtype {
      throw .damaged("storage \(SafetensorsError.quoted(storage.key)) has two sizes")
    }
    storages[storage.key] = storage
    stack.append(.storage(storage))
  }
  private mutating func nameFromStack() throws(Problem) {
    let words = try pop(2)
    guard case .text(let module) = words[0], case .text(let name) = words[1] else { throw .damaged("a name in it is not a string") }
    stack.append(.name(try PickleName(module: module, name: name)))
  }

  /// What a name on the stack makes of its arguments.
  private mutating func apply() throws(Problem) {
    let call = try pop(2)
    guard case .name(let name) = call[0] else { throw .foreign("a call of something without a name") }
    let arguments = try parts(call[1], "an argument")
    switch name {
    case .orderedDictionary:
      guard let list = arguments.first else { return push(.dictionary([])) }
      var pairs: [(key: Value, value: Value)] = []
      for pair in try parts(list, "a dictionary") {
        let members = try parts(pair, "a dictionary")
        guard members.count == 2 else { throw .damaged("a dictionary in it is not what PyTorch writes") }
        pairs.append((members[0], members[1]))
      }
      copied += pairs.count
      guard copied <= Self.copyLimit else { throw .limit("more than \(Self.copyLimit) members of dictionaries") }
      push(.dictionary(pairs))
    case .size:
      guard let shape = arguments.first else { return push(.tuple([])) }
      stack.append(shape)
    case .rebuildTensor:
      guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1] else {
        throw .damaged("a tensor in it is not what PyTorch writes")
      }
      let view = try PickleView(storage, offset, lengths(arguments[2]), strides: lengths(arguments[3]))
      stack.append(.tensor(view))
    case .rebuildParameter:
      guard case .tensor? = arguments.first else { throw .damaged("a parameter in it is not what PyTorch writes") }
      stack.append(arguments[0])
    case .parameter:
      if case .tensor(let view)? = arguments.first { push(.parameter(view)) } else { push(.parameter(nil)) }
    case .storage(let name, _): throw .foreign("torch.\(name)()")
    }
  }
  private func lengths(_ value: Value) throws(Problem) -> [Int] {
    var lengths: [Int] = []
    for part in try parts(value, "a shape") {
      guard case .integer(let length) = part else { throw .damaged("a shape in it is not what PyTorch writes") }
      lengths.append(length)
    }
    return lengths
  }

  /// Attributes of a dictionary, as `_metadata` of a state_dict, are let go; an old parameter's may hold its tensor.
  private mutating func build() throws(Problem) {
    let state = try pop()
    guard case .thing(let index) = try top() else { throw .foreign("attributes of something that has none") }
    switch things[index] {
    case .dictionary: break
    case .parameter(let view):
      if case .tensor(let given)? = try parts(state, "a parameter").first { things[index] = .parameter(view ?? given) }
    default: throw .foreign("attributes of something that has none")
    }
  }
}
