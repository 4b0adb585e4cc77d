/// Why speech features cannot be made, in one line that names the file and the remedy.
public struct SpeechError: Error, CustomStringConvertible, Equatable {
  public enum Kind: Sendable {
    /// What the user gave cannot be used (exit code 65).
    case badInput
    /// A library or model that belongs on the machine is absent or broken (exit code 1).
    case setUp
  }
  public let kind: Kind
  public let description: String

  public init(_ kind: Kind, _ description: String) {
    (self.kind, self.description) = (kind, description)
  }
}
