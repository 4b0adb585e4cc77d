import Foundation

/// What a figure of `eval.json` is, in words that stand beside it.
package struct FigureDefinition: Sendable {
  /// How the figure's name begins: `psnr` is also that of `psnr_head`.
  let name: String
  let range: String
  let words: String

  /// In the order in which they are told of.
  package static let all: [FigureDefinition] = [
    .init(
      "l1", "0...1, less is better",
      "mean absolute difference of the pixels' three channels, of images in 8 bits as values in 0...1; mean over frames"),
    .init(
      "psnr", "decibels up to 100, more is better",
      "10 log10(1 / MSE), MSE over pixels and channels of a frame with values in 0...1; mean over frames, a frame at most 100"),
    .init(
      "ssim", "-1...1, more is better",
      "Wang et al. 2004, Gaussian window of 11 x 11 with deviation 1.5, C1 = 0.01^2, C2 = 0.03^2 for values in 0...1, a channel at a time; "
        + "windows that lie wholly in the image, in a region those centred in it; mean over frames"),
    .init(
      "lpips", "from 0, less is better",
      "Zhang et al. 2018, version 0.1: distance of a network's features, linearly weighted, of images scaled to -1...1; mean over frames"),
    .init(
      "identity", "-1...1, more is better",
      "cosine between what a face recognition network makes of the avatar's aligned face and of the truth's; mean over frames; of an avatar "
        + "made from one photo identity_photo is that with the photo's face, and by_angle has the means by how far the head is turned from it; "
        + "identity_aside is that of an avatar of a clip seen by a camera gone 20 degrees to either side, with the true frame, over up to 12 frames"
    ),
    .init(
      "sync", "confidence from 0, more is better; distance from 0, less is better; offset in frames, positive where the image is late",
      "SyncNet (Chung and Zisserman 2016) of the avatar's images and the clip's sound: confidence is LSE-C, distance LSE-D"),
    .init(
      "sharpness", "from 0, 1 is as sharp as the truth, less is blurred, more is noisy",
      "energy of the Laplacian of the luma, sum over pixels and frames of (up + down + left + right - 4 centre)^2, over the truth's"),
    .init(
      "detail", "-1...1, more is better",
      "correlation about zero of the two Laplacians, over pixels and frames: the part of the detail that is where the truth has it"),
    .init(
      "aed", "0...1, less is better",
      "average expression distance: mean absolute difference of all expression coefficients (0...1) of the track of the avatar's images and "
        + "that of the truth's, both made by this tool's fit with the same settings, shape of the person as in the dataset; "
        + "aed_still is that of the truth held at its mean"),
    .init(
      "apd", "radians from 0, less is better",
      "average pose distance: the same of yaw, pitch and roll of the head; apd_6 of these and the head's place in head units (decimetres); _still as for aed"
    ),
    .init(
      "motion", "correlation -1...1, amplitude from 0; 1 is best for both",
      "lengths in the face over the distance of the eyes' outer corners, followed in both films: correlation with the truth over frames, and "
        + "standard deviation over the truth's; lag is the shift of up to 10 frames at which the mouth's opening correlates best, positive where the "
        + "avatar is late, lag_correlation the correlation there"),
    .init(
      "torso", "from 0, errors: less is better",
      "change: mean absolute change (0...1) of its pixels from a frame to the next, error: of the difference of changes; shift and speed in "
        + "thousandths of the image's width"),
    .init("background", "from 0, errors: less is better", "changes of the background, as those of the torso: a measure of noise"),
    .init("frames", "a number", "frames that were judged"),
    .init("fps", "a second", "frames rendered and judged a second, on this machine"),
  ]
  /// What the ends of names mean.
  static let regions: [(name: String, words: String)] = [
    ("head", "the pixels of face, hair and ears by the dataset's masks"), ("face", "of the face without hair and ears"),
    ("mouth", "of lips and what is between them, with a margin of a 64th of the width"), ("torso", "of clothes and neck"),
    (
      "face_only",
      "the paper's Ours_face: over the whole image after torso and background were made black, in each image by its own classes: so an outline in the wrong place counts"
    ),
  ]

  private init(_ name: String, _ range: String, _ words: String) { (self.name, self.range, self.words) = (name, range, words) }

  /// Those of the kinds and regions that occur among `figures`, by name: range and words.
  package static func of(_ figures: some Sequence<String>) -> [String: String] {
    let names = Set(figures)
    var found: [String: String] = [:]
    for one in all where names.contains(where: { $0 == one.name || $0.hasPrefix(one.name + "_") || $0.hasPrefix(one.name + ".") }) {
      found[one.name] = "\(one.words) [\(one.range)]"
    }
    for region in regions where names.contains("psnr_" + region.name) { found["_" + region.name] = region.words }
    return found
  }
}
