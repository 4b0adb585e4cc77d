/// A value of a configuration that may be missing, written as `null` then: so that its name is there to be changed.
@propertyWrapper
package struct Nullable<Value: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
  package var wrappedValue: Value?

  package init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }
  package init(from decoder: any Decoder) throws {
    let one = try decoder.singleValueContainer()
    wrappedValue = one.decodeNil() ? nil : try one.decode(Value.self)
  }
  package func encode(to encoder: any Encoder) throws {
    var one = encoder.singleValueContainer()
    if let wrappedValue { try one.encode(wrappedValue) } else { try one.encodeNil() }
  }
}
