import CTorch
import Foundation

/// What an operator takes.
package protocol Argument {
  func push()
}

extension Tensor: Argument {
  package func push() { lend { ct_push_tensor($0) } }
}
extension Int: Argument {
  package func push() { ct_push_int(Int64(self)) }
}
extension Double: Argument {
  package func push() { ct_push_double(self) }
}
extension Bool: Argument {
  package func push() { ct_push_bool(self) }
}
extension String: Argument {
  package func push() { ct_push_string(self) }
}
extension Tensor.DType: Argument {
  package func push() { ct_push_int(Int64(rawValue)) }
}
extension Device: Argument {
  package func push() { ct_push_device(rawValue) }
}
extension Generator: Argument {
  package func push() { withExtendedLifetime(self) { ct_push_generator(handle) } }
}
extension Optional: Argument where Wrapped: Argument {
  package func push() { if let self { self.push() } else { ct_push_none() } }
}
extension Array: Argument where Element: ListElement {
  package func push() { Element.push(list: self) }
}

/// What an operator takes lists of.
package protocol ListElement {
  static func push(list: [Self])
}
extension Int: ListElement {
  package static func push(list: [Int]) {
    list.withUnsafeBufferPointer { all in
      all.withMemoryRebound(to: Int64.self) { ct_push_ints($0.baseAddress, Int64($0.count)) }
    }
  }
}
extension Double: ListElement {
  package static func push(list: [Double]) {
    list.withUnsafeBufferPointer { ct_push_doubles($0.baseAddress, Int64($0.count)) }
  }
}
extension Tensor: ListElement {
  package static func push(list: [Tensor]) {
    let handles = list.map(\.handle)
    withExtendedLifetime(list) {
      handles.withUnsafeBufferPointer { ct_push_tensors($0.baseAddress, Int64($0.count)) }
    }
  }
}
extension Optional: ListElement where Wrapped == Tensor {
  package static func push(list: [Tensor?]) {
    let handles = list.map { $0?.handle }
    withExtendedLifetime(list) {
      handles.withUnsafeBufferPointer { ct_push_optional_tensors($0.baseAddress, Int64($0.count)) }
    }
  }
}

extension Bool: ListElement {
  package static func push(list: [Bool]) {
    list.withUnsafeBufferPointer { ct_push_bools($0.baseAddress, Int64($0.count)) }
  }
}

private func run<each A: Argument>(_ op: StaticString, results: Int? = nil, _ argument: repeat each A) {
  repeat (each argument).push()
  guard ct_call(op.utf8Start) else { mistake("\(op)") }
  // What is left over would become an argument of the next call.
  if let results, ct_results() != results { fatalError("\(op) returns \(ct_results()) results, not \(results)") }
}
private func popTensor(_ op: StaticString) -> Tensor {
  guard let result = ct_pop() else { mistake("\(op)") }
  return Tensor(owning: result)
}
/// Ends the program with libtorch's words: a wrong shape or type is a mistake in it, not in what it was given. Memory that runs out is none;
/// the program ends with a line that says so, and the system's status for it (EX_OSERR).
func mistake(_ place: String) -> Never {
  guard Memory.hasRunOut else { fatalError("\(place): \(String(cString: ct_error()))") }
  FileHandle.standardError.write(Data("likeness: there is not enough memory; choose smaller sizes, or end other programs\n".utf8))
  _exit(71)
}

/// Runs the operator `op` under its schema name, as `aten::add.Tensor`, and returns its one result.
///
/// Arguments stand in schema order; those left out at the end take their defaults. A mistake in them traps with libtorch's message.
@discardableResult
package func call<each A: Argument>(_ op: StaticString, _ argument: repeat each A) -> Tensor {
  run(op, results: 1, repeat each argument)
  return popTensor(op)
}
/// Runs an operator that returns two tensors.
package func call2<each A: Argument>(_ op: StaticString, _ argument: repeat each A) -> (Tensor, Tensor) {
  run(op, results: 2, repeat each argument)
  let second = popTensor(op)
  return (popTensor(op), second)
}
/// Runs an operator that returns three tensors.
package func call3<each A: Argument>(_ op: StaticString, _ argument: repeat each A) -> (Tensor, Tensor, Tensor) {
  run(op, results: 3, repeat each argument)
  let third = popTensor(op), second = popTensor(op)
  return (popTensor(op), second, third)
}
/// Runs an operator that returns a list of tensors.
package func callList<each A: Argument>(_ op: StaticString, _ argument: repeat each A) -> [Tensor] {
  run(op, results: 1, repeat each argument)
  let count = ct_unpack()
  guard count >= 0 else { mistake("\(op)") }
  return (0..<count).map { _ in popTensor(op) }.reversed()
}
/// Runs an operator that returns several tensors, all of them; nil where there is none.
package func callAll<each A: Argument>(_ op: StaticString, _ argument: repeat each A) -> [Tensor?] {
  run(op, repeat each argument)
  return (0..<ct_results()).map { _ in ct_pop().map(Tensor.init) }.reversed()
}
/// Runs an operator that returns a number or a truth value (as 0 or 1).
package func callNumber<each A: Argument>(_ op: StaticString, _ argument: repeat each A) -> Double {
  run(op, results: 1, repeat each argument)
  var ok = false
  let number = ct_pop_number(&ok)
  guard ok else { mistake("\(op)") }
  return number
}
/// Runs an operator for what it does; drops what it returns.
package func callVoid<each A: Argument>(_ op: StaticString, _ argument: repeat each A) {
  run(op, repeat each argument)
  ct_drop()
}
