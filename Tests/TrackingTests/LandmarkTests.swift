import Foundation
import Golden
import Media
import Testing
import Torch
import Tracking

@Suite(.enabled(if: Assets.networksArePresent, "skipped: run scripts/setup first"))
struct LandmarkTests {
  @Test func aFlatImageHasNoFace() throws {
    let grey = Tensor.full([240, 320, 3], 127, .uint8)
    #expect(try FaceDetector().detect(grey).isEmpty)
    let tracker = try LandmarkTracker()
    #expect(try tracker.track(grey) == nil)
    #expect(try tracker.track(grey) == nil)
  }

  @Test func anAbsentDependencyIsNamedWithItsRemedy() {
    #expect {
      try DependencyFolder.file("mediapipe/no_such_network.tflite")
    } throws: {
      "\($0)".contains("no_such_network.tflite") && "\($0)".contains("scripts/setup")
    }
  }

  /// Faces as counted by hand; the grid's wearers of masks are all found.
  @Test(
    .enabled(if: Assets.arePresent, "skipped: ../shared is absent"),
    arguments: [
      ("multi_two_people.jpg", 2), ("multi_masked_grid.jpeg", 10), ("neg_coffee.png", 0), ("neg_facemask_object.jpg", 0),
      ("frontal_astronaut_smile_PD.png", 1), ("occl_m_arms_fullbody_1434x2333.jpg", 1), ("pose_m_up_darkskin.png", 1),
    ])
  func facesAreCounted(photo: String, faces: Int) throws {
    let found = try FaceDetector().detect(try ImageFile.read(Assets.photo(photo)))
    #expect(found.count == faces)
    #expect(zip(found, found.dropFirst()).allSatisfy { $0.size.x * $0.size.y >= $1.size.x * $1.size.y })
  }

  @Test(
    .enabled(if: Assets.arePresent, "skipped: ../shared is absent"),
    arguments: ["frontal_m_cruise.jpg", "pose_f_3q_redhair.jpg", "pose_f_roll.jpg", "glasses_f_thick.jpg", "bw_einstein.jpg"])
  func aFaceHasItsFeaturesInOrder(photo: String) throws {
    let face = try #require(try LandmarkTracker().track(try ImageFile.read(Assets.photo(photo))))
    #expect(face.points.count == 478)
    #expect(face.presence > 0.9)
    // Down the face: brows, eyes, nose tip, lips, chin. Across the image: the right eye is left of the left one.
    let down = [(face[105] + face[334]) / 2, (face[468] + face[473]) / 2, face[1], face[13], face[152]].map(\.y)
    #expect(zip(down, down.dropFirst()).allSatisfy { $0 < $1 })
    #expect(face[468].x < face[473].x)
    // Each iris lies between its eye's corners.
    for (iris, a, b) in [(468, 33, 133), (473, 362, 263)] {
      let along = (face[iris] - face[a]) * (face[b] - face[a]), across = (face[b] - face[a]) * (face[b] - face[a])
      #expect((0.1...0.9).contains(along.sum() / across.sum()))
    }
  }

  /// How far mouths are open, over the distance of the eyes.
  @Test(
    .enabled(if: Assets.arePresent, "skipped: ../shared is absent"),
    arguments: [
      ("expr_f_mouth_wide.png", 0.4...1.2), ("expr_m_mouth_open_720.jpg", 0.4...1.2), ("occl_f_hands_scream.jpg", 0.4...1.2),
      ("frontal_m_rudd_2k_stubble.jpg", 0...0.03), ("frontal_m_asian.png", 0...0.03),
    ] as [(String, ClosedRange<Float>)])
  func openAndClosedMouthsDiffer(photo: String, gap: ClosedRange<Float>) throws {
    let face = try #require(try LandmarkTracker().track(try ImageFile.read(Assets.photo(photo))))
    let lips = face[14] - face[13]
    #expect(gap.contains((lips * lips).sum().squareRoot() / face.eyeDistance))
  }

  /// The tracker follows one face without losing it, with points that move little from frame to frame.
  @Test(.enabled(if: Assets.arePresent, "skipped: ../shared is absent"))
  func aTalkingFaceIsFollowedSteadily() throws {
    let reader = try VideoReader(Assets.video("train_german_20s.mp4")), tracker = try LandmarkTracker()
    var faces: [FaceLandmarks] = []
    while faces.count < 40, let frame = try reader.next() { faces.append(try #require(try tracker.track(frame.rgb))) }
    #expect(faces.count == 40)
    // Noise as what a straight line between neighbours does not explain, of points that talking leaves alone.
    var squares: Float = 0, count: Float = 0
    for t in 1..<faces.count - 1 {
      for k in [33, 133, 362, 263, 168, 6, 197, 10] {
        let d = (faces[t - 1][k] + faces[t + 1][k] - 2 * faces[t][k]) / faces[t].eyeDistance
        (squares, count) = (squares + (d * d).sum() / 6, count + 2)
      }
    }
    #expect((squares / count).squareRoot() < 0.006)
  }
}

/// Two published networks put the same points on a face; the older one is used where the newer is absent.
@Suite(
  .enabled(if: Assets.landmarkerIsPresent && Assets.arePresent, "skipped: run scripts/setup first, and ../shared is needed"))
struct LandmarkerTests {
  @Test func theNewerIsUsedWhereItIs() { #expect(MeshChoice.best == .landmarker) }

  @Test(arguments: ["frontal_m_cruise.jpg", "pose_f_3q_redhair.jpg", "pose_f_roll.jpg", "bw_einstein.jpg"])
  func bothPutTheSamePointsOnAFace(photo: String) throws {
    let image = try ImageFile.read(Assets.photo(photo))
    let newer = try #require(try LandmarkTracker(.landmarker).track(image)),
      older = try #require(try LandmarkTracker(.attention).track(image))
    #expect(newer.presence > 0.9 && newer.points.count == 478)
    let apart = zip(newer.points, older.points).map { a, b in ((a - b) * (a - b) * [1, 1, 0]).sum().squareRoot() / older.eyeDistance }
    #expect(median(apart) < 0.04 && apart.max()! < 0.25)
    // Depth in the same scale and direction: the nose's tip before the ears.
    let depth = { (face: FaceLandmarks) in (face.points[1].z - (face.points[234].z + face.points[454].z) / 2) / face.eyeDistance }
    #expect(depth(newer) < -0.5 && abs(depth(newer) / depth(older) - 1) < 0.35)
  }

  /// Frames of a man with glasses who blinks in frame 100, through which the older network sees lids half open.
  @Test func lidsBehindGlassesAreSeenShut() throws {
    let reader = try VideoReader(Assets.video("drive_lp_d19.mp4"), rate: Rational(30)), tracker = try LandmarkTracker(.landmarker)
    try reader.skip(60)
    var opening: [Int: Float] = [:]
    for frame in 60...100 {
      guard let image = try reader.next(), let face = try tracker.track(image.rgb) else { continue }
      let lids = [(159, 145), (386, 374)].map { face[$0] - face[$1] }.map { ($0 * $0).sum().squareRoot() / face.eyeDistance }
      opening[frame] = lids.max()
    }
    let rest = try #require(opening[60]), shut = try #require(opening[100])
    #expect(shut < 0.4 * rest)
  }
}

@Suite struct MeshTests {
  @Test func mirroringTwiceChangesNothing() {
    let twin = MeshContour.mirror
    #expect(twin.indices.allSatisfy { twin[twin[$0]] == $0 })
    #expect(twin[33] == 263 && twin[133] == 362 && twin[61] == 291 && twin[1] == 1 && twin[468] == 473 && twin[469] == 476)
    for contour in [MeshContour.faceOval, MeshContour.lipsOuter, MeshContour.lipsInner, MeshContour.nose] {
      #expect(Set(contour.map { twin[$0] }) == Set(contour))
    }
    #expect(Set(MeshContour.rightEye.map { twin[$0] }) == Set(MeshContour.leftEye))
    #expect(Set(MeshContour.rightBrow.map { twin[$0] }) == Set(MeshContour.leftBrow))
  }
}

@Suite struct SamplingTests {
  /// An image whose red is 2x + 3 and whose green is y + 5 at the centre (x, y) of a pixel: bilinear sampling is exact on it.
  private let ramp: Tensor = {
    let (height, width) = (90, 110)
    var bytes: [UInt8] = []
    for y in 0..<height { for x in 0..<width { bytes += [UInt8(2 * x + 4), UInt8(y + 5), 7] } }
    return Tensor(bytes, [height, width, 3])
  }()

  @Test(arguments: [(30, 0.3), (30, -1.2), (90, 0.4), (12, 2.0)] as [(Float, Float)])
  func aTurnedSquareOfARampIsExact(side: Float, angle: Float) {
    let size = 24
    let square = TurnedSquare(center: SIMD2(57.3, 44.9), side: side / 1.6, angle: angle)
    var out = [Float](repeating: 0, count: size * size * 3)
    PixelView.lend(ramp) { view in
      out.withUnsafeMutableBufferPointer { view.sample(square, size: size, scale: 1, offset: 0, into: $0) }
    }
    for row in 0..<size {
      for column in 0..<size {
        let u = (Float(column) + 0.5) / Float(size), v = (Float(row) + 0.5) / Float(size)
        let p = square.image(of: SIMD2(u, v))
        let k = (row * size + column) * 3
        let (red, green) = (2 * p.x + 3, p.y + 4.5)
        #expect(abs(out[k] - red) < 2e-3)
        #expect(abs(out[k + 1] - green) < 2e-3)
        #expect(abs(out[k + 2] - 7) < 1e-3)
      }
    }
  }

  @Test func outsideIsBlackOrRepeated() {
    let square = TurnedSquare(center: SIMD2(-20, 40), side: 10, angle: 0)
    var out = [Float](repeating: 9, count: 4 * 4 * 3)
    PixelView.lend(ramp) { view in
      out.withUnsafeMutableBufferPointer { view.sample(square, size: 4, scale: 1, border: .black, into: $0) }
      #expect(out.allSatisfy { $0 == 0 })
      out.withUnsafeMutableBufferPointer { view.sample(square, size: 4, scale: 1, border: .repeated, into: $0) }
      #expect(stride(from: 0, to: out.count, by: 3).allSatisfy { out[$0] == 4 })
    }
  }
}
