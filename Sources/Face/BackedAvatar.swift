import Torch

/// An avatar that is drawn in front of a background, which can be exchanged for another.
package protocol BackedAvatar: Avatar {
  /// What is behind the person as `camera` shows it, `[H, W, 3]` float32 in 0...1.
  func background(_ camera: Camera) -> Tensor
  /// `render` in front of `background`, `[H, W, 3]` float32 in 0...1 and as large as the camera's image, instead of the avatar's own where
  /// one is given. In front of zeros the colors are those of the person times the opacity.
  func render(_ state: FaceState, torso: SIMD4<Float>, heard: Tensor?, background: Tensor?, camera: Camera) throws -> RenderedFrame
}

extension BackedAvatar {
  package func render(_ state: FaceState, torso: SIMD4<Float>, heard: Tensor?, camera: Camera) throws -> RenderedFrame {
    try render(state, torso: torso, heard: heard, background: nil, camera: camera)
  }
}

extension RenderedFrame {
  /// A frame drawn in front of zeros as `[H, W, 4]` uint8 whose colors are not multiplied by the opacity, as PNG and players take it.
  ///
  /// Where nothing of the person is seen, the colors are those of the person nearby, so that an encoder that smooths does not darken the rim.
  package var cutOut: Tensor {
    withoutGradient {
      let cover = opacity.clamp(0, 1).unsqueeze(2)
      // From fine to coarse, each level fills what the finer ones do not know.
      var known = cat([rgb.clamp(0, 1), cover], 2).permute(2, 0, 1).unsqueeze(0)
      var levels = [known]
      while max(known.size(2), known.size(3)) > 2, levels.count < 7 {
        known = known.interpolate(size: [(known.size(2) + 1) / 2, (known.size(3) + 1) / 2], .area)
        levels.append(known)
      }
      var filled = levels.removeLast()
      filled = filled / filled.narrow(1, 3, 1).clamp(1e-4)
      for level in levels.reversed() {
        let wide = filled.interpolate(size: [level.size(2), level.size(3)], .linear)
        let share = level.narrow(1, 3, 1)
        // Below a hundredth the quotient is noise.
        let trust = (share * 50).clamp(0, 1)
        filled = level / share.clamp(1e-4) * trust + wide * (1 - trust)
      }
      let colors = filled[0].narrow(0, 0, 3).permute(1, 2, 0).clamp(0, 1)
      return (cat([colors, cover], 2) * 255).round().to(.uint8).contiguous()
    }
  }
}
