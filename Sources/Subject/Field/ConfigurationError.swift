import Torch

/// A value of a configuration that nothing can be trained or drawn with.
package struct ConfigurationError: KindedError, Equatable {
  /// As `--set` names it.
  package let field: String
  package let value: String
  package let bounds: String

  package var errorKind: ErrorKind { .usage }
  package var description: String { "\(field)=\(value) cannot be used; it must be \(bounds)" }
}
