/// Where a ray's samples begin and end.
package enum DepthLimits: String, Codable, Sendable, CaseIterable {
  /// At `near` and `far` of the configuration.
  case fixed
  /// Where the ray enters and leaves the box.
  case auto
}

/// How a tri-plane volume is drawn; stored with a generator, because its weights were trained for it.
package struct RenderingConfiguration: Codable, Sendable, Equatable {
  /// Rays along each side of the image.
  package var resolution: Int
  /// Samples a ray takes at even distances, and those it takes where these found something; 0 for none.
  package var coarse: Int, fine: Int
  /// Distances from the camera at which samples begin and end, in the generator's units.
  package var near: Double, far: Double
  package var limits: DepthLimits
  /// The side of the box that the planes cover, which has its middle at the origin.
  package var boxWarp: Double
  /// What no sample stops is white, else black.
  package var whiteBack: Bool
  package var axes: PlaneAxes
  /// Even in 1 / distance, not in distance.
  package var disparity: Bool

  /// The defaults are those of the published face generator.
  package init(
    resolution: Int = 128, coarse: Int = 48, fine: Int = 48, near: Double = 2.25, far: Double = 3.3, limits: DepthLimits = .fixed,
    boxWarp: Double = 1, whiteBack: Bool = false, axes: PlaneAxes = .legacy, disparity: Bool = false
  ) {
    self.resolution = resolution
    self.coarse = coarse
    self.fine = fine
    self.near = near
    self.far = far
    self.limits = limits
    self.boxWarp = boxWarp
    self.whiteBack = whiteBack
    self.axes = axes
    self.disparity = disparity
  }

  /// What is wrong with it, for one that comes from a file; nil if nothing is.
  package var fault: String? {
    if !(4...1024).contains(resolution) { return "resolution \(resolution) is not within 4...1024" }
    if !(4...1024).contains(coarse) { return "coarse \(coarse) is not within 4...1024" }
    if !(0...1024).contains(fine) { return "fine \(fine) is not within 0...1024" }
    if !(near > 0 && near < far && far < 1e6) { return "near \(near) and far \(far) are not distances, the nearer one first" }
    if !(boxWarp > 0 && boxWarp < 1e6) { return "boxWarp \(boxWarp) is not the side of a box" }
    return nil
  }
}
