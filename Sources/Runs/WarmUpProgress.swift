/// How far a training's start on the tracked mesh is, which comes before its first ray.
package struct WarmUpProgress: Equatable, Sendable {
  /// Steps made.
  package var step: Int
  /// 0...1: of the steps or of the time, whichever ends first.
  package var fraction: Double
  /// How far points of the face come to lie from where they belong: root mean square, millimetres, of the last steps.
  package var meshMillimetres: Double

  package init(step: Int, fraction: Double, meshMillimetres: Double) {
    self.step = step
    self.fraction = fraction
    self.meshMillimetres = meshMillimetres
  }
}
