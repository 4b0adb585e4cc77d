/// What a face does in a frame, measured on its landmarks: enough to see whether an avatar moves as its model does.
///
/// Lengths in the image along the face's own vertical (or horizontal), over the distance of the eyes' outer corners, which is taken with
/// depth so that turning the head does not change the measure. The unit is that distance.
package struct MotionSignals: Equatable, Sendable {
  /// From the inner edge of the upper lip to that of the lower one; about 0 with the mouth closed, 0.3 wide open.
  package var lipGap: Double
  /// From corner to corner of the mouth: small when pursed, large in a smile.
  package var mouthWidth: Double
  /// From the upper lid to the lower one, the mean of both eyes; about 0.1, closed 0.03.
  package var eyeOpening: Double
  /// From the middle between an eye's corners up to the brow, the mean of both.
  package var browHeight: Double

  /// nil when the face is seen so much from the side that its eyes coincide.
  package init?(_ face: FaceLandmarks) {
    let across = face.points[263] - face.points[33]
    let eyes = (across * across).sum().squareRoot()
    let rightEye = (face[33] + face[133]) / 2, leftEye = (face[263] + face[362]) / 2
    let level = leftEye - rightEye
    let length = (level * level).sum().squareRoot()
    guard eyes > 1e-3, length > 1e-3 * eyes else { return nil }
    let right = level / length
    // In images y grows downwards, so turning "right" by a quarter clockwise gives the face's down.
    let down = SIMD2(-right.y, right.x)
    func drop(_ from: SIMD2<Float>, _ to: SIMD2<Float>) -> Double { Double(((to - from) * down).sum() / eyes) }
    func middle(_ points: [Int]) -> SIMD2<Float> { points.reduce(.zero) { $0 + face[$1] } / Float(points.count) }
    lipGap = drop(face[13], face[14])
    mouthWidth = Double(((face[291] - face[61]) * right).sum() / eyes)
    eyeOpening = (drop(face[159], face[145]) + drop(face[386], face[374])) / 2
    let rightBrow = middle([70, 63, 105, 66, 107]), leftBrow = middle([300, 293, 334, 296, 336])
    browHeight = (drop(rightBrow, rightEye) + drop(leftBrow, leftEye)) / 2
  }

  /// The signals under their names in `eval.json`.
  package var named: [String: Double] {
    ["lip_gap": lipGap, "mouth_width": mouthWidth, "eye_opening": eyeOpening, "brow_height": browHeight]
  }
  package static let names = ["lip_gap", "mouth_width", "eye_opening", "brow_height"]
}
