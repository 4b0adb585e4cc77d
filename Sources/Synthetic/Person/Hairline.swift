import Foundation

/// Where skin ends and hair begins on one head.
struct Hairline: Sendable {
  /// Arc lengths and heights, from the face's middle to the back of the head; both sides are alike.
  private static let shape = ChartLine([
    [0, 0.84], [0.25, 0.86], [0.45, 0.8], [0.6, 0.62], [0.74, 0.5], [0.9, 0.3], [1.02, 0.02], [1.1, -0.12], [1.16, 0.12], [1.3, 0.25],
    [1.5, 0.2], [1.7, -0.2], [2.0, -0.75], [2.52, -0.9],
  ])
  private let forehead: Float
  private let style: HairStyle

  /// `forehead` is the height of the mesh's topmost point at rest.
  init(style: HairStyle, forehead: Float) {
    self.forehead = forehead + style.height
    self.style = style
  }
  /// Its height over an arc length of the chart.
  func height(_ x: Float) -> Float {
    let a = abs(x), temple = (a - 0.42) / 0.2, middle = a / 0.16
    return Self.shape.height(a) + forehead - 0.86 + style.receding * exp(-temple * temple) + 0.35 * style.receding * smoothstep(0.8, 0.2, a)
      - style.peak * exp(-middle * middle)
  }
  /// How far inside the hair a direction from the skull's middle lies, whose skin is at `p`: negative on bare skin.
  func cover(_ d: SIMD3<Float>, _ p: SIMD3<Float>) -> Float {
    let place = HeadChart.place(p)
    // Near the top the chart's heights are crowded.
    var above = d.y > 0.85 ? max(0.3, place.y - height(place.x)) : place.y - height(place.x)
    if style.crown > 0 {
      let edge = mix(1.02, 0.42, style.crown)
      above = min(above, (edge - d.y - 0.18 * max(0, d.z)) * 0.9)
    }
    return above
  }
}
