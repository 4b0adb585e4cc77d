import Torch

extension SubjectConfiguration {
  /// A field with fresh weights.
  func makeField(_ generator: Generator) -> any SubjectField {
    if let planes { return HyperPlanes(planes, driving: field.driving, classes: field.classes, generator) }
    return HyperField(field, generator)
  }
}
