import Foundation
import Media
import Perception
import Testing
import Torch
import Tracking

/// MobileFaceNet's published weights on photos and clips: images of one person are near each other, of two are not.
@Suite struct RealFaceTests {
  private static let files = ["weights/mobilefacenet_id_068.ckpt", "photo/halfbody_obama_smile_PD.jpg", "video/drive_mead_W009_sad.mp4"]

  /// Images by person.
  private static let people = [
    ["photo/halfbody_obama_smile_PD.jpg", "photo/crop_obama_partial_face.jpg", "photo/occl_m_arms_fullbody_1434x2333.jpg"],
    ["neutral", "angry", "happy", "sad", "surprised"].map { "video/drive_mead_W009_\($0).mp4" },
    ["photo/frontal_m_pitt_greybeard.jpg", "photo/beard_m_longhair.jpg"], ["photo/pose_m_musk_3q_up.jpg"], ["video/drive_lp_d12.mp4"],
    ["photo/expr_m_mouth_open_720.jpg"], ["video/drive_lp_d19.mp4"], ["photo/frontal_carell.jpg"], ["photo/frontal_f_yeoh.jpg"],
    ["photo/frontal_m_cruise.jpg"],
    ["photo/frontal_m_rudd_2k_stubble.jpg"], ["photo/frontal_f_saldana_smile_darkskin.jpg"], ["photo/frontal_m_asian.png"],
    ["photo/bw_einstein.jpg"], ["photo/bw_f_hepburn.jpg"], ["photo/pose_f_gadot_3q.jpg"], ["photo/hair_f_long.jpg"],
    ["photo/frontal_astronaut_smile_PD.png"], ["photo/glasses_m_dark_beard.png"],
  ]

  @Test(.enabled(if: files.allSatisfy(exist), "skipped: ../shared is absent")) func onePersonIsNearerThanTwo() throws {
    let network = MobileFaceNet(Generator(seed: 0))
    try network.load(try WeightFile.tensors(assets(Self.files[0])))
    let tracker = try LandmarkTracker()
    var faces: [(person: Int, vector: Tensor)] = []
    for (person, paths) in Self.people.enumerated() {
      for path in paths where exist(path) {
        let image =
          path.hasPrefix("video") ? try #require(try VideoReader(assets(path)).next()).rgb : try ImageFile.read(assets(path))
        tracker.reset()
        let face = try #require(try tracker.track(image), "\(path)")
        faces.append((person, network.embed(image, FacePoints(mesh: face.points.map { SIMD2($0.x, $0.y) }))))
      }
    }
    var (same, different): ([Double], [Double]) = ([], [])
    for i in faces.indices {
      for j in 0..<i {
        let cosine = faces[i].vector.dot(faces[j].vector).item
        if faces[i].person == faces[j].person { same.append(cosine) } else { different.append(cosine) }
      }
    }
    let means = [same, different].map { $0.reduce(0, +) / Double($0.count) }
    let summary =
      "\(same.count) pairs of one person: mean \(means[0]), min \(same.min() ?? 0); \(different.count) of two: mean \(means[1]), max \(different.max() ?? 0)"
    #expect(means[0] > 0.6 && means[1] < 0.1 && (same.min() ?? 0) > (different.max() ?? 1), "\(summary)")
  }
}
