import Torch

/// Tells the discriminator how much the images of a group differ, which a generator that makes one face again and again betrays
/// (Karras et al. 2018).
///
/// The batch `[N, C, H, W]` is parted into groups of `group` images, n and n + N / group in one; the deviation over the group is averaged
/// over positions and over each of `channels` parts of the channels, and added to every image of the group as `[N, C + channels, H, W]`.
package struct MinibatchDeviation: Sendable {
  package var group, channels: Int

  package init(group: Int, channels: Int = 1) { (self.group, self.channels) = (group, channels) }

  package func callAsFunction(_ x: Tensor) -> Tensor {
    let (n, c, h, w) = (x.size(0), x.size(1), x.size(2), x.size(3)), g = min(group, n)
    precondition(n % g == 0, "a batch of \(n) does not fall into groups of \(g)")
    let parts = x.reshape(g, n / g, channels, c / channels, h, w)
    let deviation = ((parts - parts.mean(0)).square().mean(0) + 1e-8).sqrt()
    let found = deviation.mean(2, 3, 4).reshape(n / g, channels, 1, 1).repeated(g, 1, h, w)
    return cat([x, found], 1)
  }
}
