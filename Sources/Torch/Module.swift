import CTorch

/// A part of a network: a class whose stored properties are its weights and parts.
///
/// A weight's name in a checkpoint is its property path, as `layers.0.weight`; properties whose names start with an underscore do not count.
/// Weights and parts stand in properties or in lists of these, not in structs, tuples or dictionaries: debug builds end where some do,
/// since checkpoints would leave them out.
package protocol Module: AnyObject {
  /// Names in checkpoints that are not the property's: `["runningMean": "running_mean"]`; none by default.
  ///
  /// The class that adopts the protocol gives it, as `class var` if subclasses are to override it.
  static var checkpointNames: [String: String] { get }
}

/// A module that has parts under names of its own making beside its stored properties: `b4`, `b8`, ... for a list.
package protocol NamedParts: Module {
  var namedParts: [(name: String, part: any Module)] { get }
}

extension Module {
  package static var checkpointNames: [String: String] { [:] }

  /// Every tensor in here and in the parts, under its name, in the order of declaration (a superclass's first).
  package func state() -> [(name: String, tensor: Tensor)] {
    var walk = ModuleWalk()
    walk.visit(self, "")
    return walk.found
  }
  /// This module and every part of it.
  package func modules() -> [any Module] {
    var walk = ModuleWalk()
    walk.visit(self, "")
    return walk.modules
  }
  /// The tensors that require a gradient; one that stands in two places is listed once.
  package func parameters() -> [(name: String, tensor: Tensor)] {
    var seen: Set<ObjectIdentifier> = []
    return state().filter { $0.tensor.requiresGrad && seen.insert(ObjectIdentifier($0.tensor)).inserted }
  }
  /// The state as `Safetensors.write` takes it, each name behind `prefix`.
  package func namedState(prefix: String = "") -> [String: Tensor] {
    assertNothingIsOverlooked()
    return Dictionary(uniqueKeysWithValues: state().map { (prefix + $0.name, $0.tensor) })
  }

  private func assertNothingIsOverlooked() {
    assert(ModuleWalk.overlooked(self).isEmpty, "checkpoints leave out \(ModuleWalk.overlooked(self).joined(separator: ", "))")
  }

  /// Moves the whole state to a device; the tensors stay the same objects. An optimizer is made afterwards.
  package func move(to device: Device) {
    for (_, tensor) in state() where tensor.device != device {
      let moved = tensor.detach().to(device).requiringGrad(tensor.requiresGrad)
      tensor.lend { handle in moved.lend { ct_become(handle, $0) } }
    }
  }

  /// Overwrites the state with the tensors whose names start with `prefix`; throws `ModuleError`, and then has changed nothing.
  ///
  /// Every tensor must be there in the same shape, and none may be left over. Kinds of floating-point numbers are converted.
  package func load(_ tensors: [String: Tensor], prefix: String = "") throws {
    assertNothingIsOverlooked()
    let state = state()
    var pairs: [(Tensor, Tensor)] = []
    for (name, tensor) in state {
      guard let source = tensors[prefix + name] else { throw ModuleError.missing(prefix + name) }
      guard source.shape == tensor.shape else { throw ModuleError.shape(prefix + name, source.shape, expected: tensor.shape) }
      guard source.dtype == tensor.dtype || source.dtype.isFloatingPoint && tensor.dtype.isFloatingPoint else {
        throw ModuleError.type(prefix + name, source.dtype, expected: tensor.dtype)
      }
      pairs.append((tensor, source))
    }
    let known = Set(state.map { prefix + $0.name })
    if let extra = tensors.keys.filter({ $0.hasPrefix(prefix) && !known.contains($0) }).min() { throw ModuleError.extra(extra) }
    withoutGradient { for (tensor, source) in pairs { tensor.copy_(source) } }
  }
}

extension Tensor.DType {
  package var isFloatingPoint: Bool { [.float16, .bfloat16, .float32, .float64].contains(self) }
}

/// Why tensors do not fit a module.
package enum ModuleError: KindedError, Equatable {
  case missing(String)
  case extra(String)
  case shape(String, [Int], expected: [Int])
  case type(String, Tensor.DType, expected: Tensor.DType)
  case damaged(String)

  package var errorKind: ErrorKind { .input }
  package var description: String { "\(fault); load weights that were saved with the same configuration" }
  /// Without the remedy.
  package var fault: String {
    switch self {
    case .missing(let name): "tensor \(name) is missing"
    case .extra(let name): "tensor \(SafetensorsError.quoted(name)) has no place in the network"
    case .shape(let name, let found, let expected): "tensor \(name) is \(found), the network needs \(expected)"
    case .type(let name, let found, let expected): "tensor \(name) holds \(found), the network needs \(expected)"
    case .damaged(let name): "tensor \(name) is damaged"
    }
  }
}

/// Finds the tensors in a module by reflection.
private struct ModuleWalk {
  var found: [(name: String, tensor: Tensor)] = []
  var modules: [any Module] = []
  /// Modules on the way to here, so that one that points back at its owner ends the walk.
  private var path: [ObjectIdentifier] = []

  mutating func visit(_ module: any Module, _ prefix: String) {
    let identity = ObjectIdentifier(module)
    guard !path.contains(identity) else { return }
    path.append(identity)
    modules.append(module)
    defer { path.removeLast() }
    var mirrors = [Mirror(reflecting: module)]
    while let parent = mirrors.last?.superclassMirror { mirrors.append(parent) }
    for child in mirrors.reversed().flatMap(\.children) {
      guard let label = child.label, let first = label.first, first != "_", first != "$" else { continue }
      visit(child.value, prefix + (type(of: module).checkpointNames[label] ?? label))
    }
    for (name, part) in (module as? any NamedParts)?.namedParts ?? [] { visit(part, prefix + name + ".") }
  }

  private mutating func visit(_ value: Any, _ name: String) {
    if let tensor = value as? Tensor { return found.append((name, tensor)) }
    if let module = value as? any Module { return visit(module, name + ".") }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional: if let some = mirror.children.first { visit(some.value, name) }
    // A list of anything else, which may be long, is not walked.
    case .collection where value is [Tensor] || value is [Tensor?] || value is [any Module] || value is [(any Module)?]:
      for (i, child) in mirror.children.enumerated() { visit(child.value, "\(name).\(i)") }
    default: break
    }
  }
  /// Properties of `module` and its parts that hold tensors or modules where the walk does not look: `_` says that it is meant.
  static func overlooked(_ module: any Module) -> [String] {
    var walk = ModuleWalk()
    walk.visit(module, "")
    return walk.modules.flatMap { part in
      var mirrors = [Mirror(reflecting: part)]
      while let parent = mirrors.last?.superclassMirror { mirrors.append(parent) }
      return mirrors.flatMap(\.children).compactMap { child -> String? in
        guard let label = child.label, let first = label.first, first != "_", first != "$" else { return nil }
        return isWalked(child.value) || !holdsState(child.value) ? nil : "\(type(of: part)).\(label)"
      }
    }
  }
  private static func isWalked(_ value: Any) -> Bool {
    if value is Tensor || value is any Module { return true }
    if value is [Tensor] || value is [Tensor?] || value is [any Module] || value is [(any Module)?] { return true }
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .optional else { return false }
    return mirror.children.first.map { isWalked($0.value) } ?? true
  }
  /// Whether a value of structs, tuples, enumerations and lists of them holds a tensor or a module.
  private static func holdsState(_ value: Any) -> Bool {
    if value is Tensor || value is any Module { return true }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .struct, .tuple, .optional, .enum, .dictionary: return mirror.children.contains { holdsState($0.value) }
    // The elements of a list are alike.
    case .collection, .set: return mirror.children.prefix(4).contains { holdsState($0.value) }
    default: return false
    }
  }
}
