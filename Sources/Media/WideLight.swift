import CFFmpeg
import Foundation

/// How the numbers of an image stand for light, where that is not as in standard video: HDR, or colours beyond those of BT.709.
struct WideLight: Equatable {
  enum Curve { case standard, hlg, pq }
  enum Primaries { case bt709, bt2020, p3 }
  let curve: Curve
  let primaries: Primaries

  /// nil where `image` is standard video, or says nothing.
  init?(_ image: AVFrame) {
    curve =
      switch image.color_trc {
      case AVCOL_TRC_ARIB_STD_B67: .hlg
      case AVCOL_TRC_SMPTE2084: .pq
      default: .standard
      }
    primaries =
      switch image.color_primaries {
      case AVCOL_PRI_BT2020: .bt2020
      case AVCOL_PRI_SMPTE432: .p3
      // HDR that does not name its primaries has those of its standard.
      case AVCOL_PRI_UNSPECIFIED where curve != .standard: .bt2020
      default: .bt709
      }
    if curve == .standard, primaries == .bt709 { return nil }
  }
  var isHDR: Bool { curve != .standard }

  /// Light relative to the white of paper for a number in 0...1; for HLG that of the scene, before the display's gain, up to 1.
  func light(_ code: Float) -> Float {
    switch curve {
    case .standard: return pow(code, Self.displayGamma)
    case .hlg: return code <= 0.5 ? code * code / 3 : (exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12
    case .pq:
      let root = pow(code, 1 / 78.84375)
      return 10_000 / Self.white * pow(max(0, root - 0.8359375) / (18.8515625 - 18.6875 * root), 1 / 0.1593017578125)
    }
  }
  /// What a display of 1000 candelas multiplies HLG's light of the scene by, for a scene's luminance in 0...1.
  static func displayGain(_ luminance: Float) -> Float { 1000 / white * pow(luminance, 0.2) }
  /// Candelas a square metre that paper has in HDR; it is the brightest that standard video shows.
  private static let white: Float = 203
  /// Of displays of standard video.
  static let displayGamma: Float = 2.4

  /// Row by row, from light of these primaries to light of BT.709's.
  var toBT709: [Float] {
    switch primaries {
    case .bt709: [1, 0, 0, 0, 1, 0, 0, 0, 1]
    case .bt2020: [1.660491, -0.587641, -0.072850, -0.124550, 1.132900, -0.008349, -0.018151, -0.100579, 1.118730]
    case .p3: [1.224940, -0.224940, 0, -0.042057, 1.042057, 0, -0.019638, -0.078636, 1.098274]
    }
  }
  /// The parts of red, green and blue in luminance.
  var luminance: SIMD3<Float> {
    switch primaries {
    case .bt709: [0.2126, 0.7152, 0.0722]
    case .bt2020: [0.2627, 0.6780, 0.0593]
    case .p3: [0.2290, 0.6917, 0.0793]
    }
  }
}
