/// How far a training's start on the tracked mesh is, which comes before its first ray.
public struct WarmUpProgress: Equatable, Sendable {
  /// Steps made.
  public var step: Int
  /// 0...1: of the steps or of the time, whichever ends first.
  public var fraction: Double
  /// How far points of the face come to lie from where they belong: root mean square, millimetres, of the last steps.
  public var meshMillimetres: Double

  public init(step: Int, fraction: Double, meshMillimetres: Double) {
    self.step = step
    self.fraction = fraction
    self.meshMillimetres = meshMillimetres
  }
}
