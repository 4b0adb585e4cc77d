import Face
import Foundation
import Photos
import Portrait
import Torch
import Tracking

/// A photo without a camera: the built-in head drawn in flat colors, with landmarks, outline and classes known exactly.
struct DrawnPerson {
  let model: MorphableModel
  /// What the drawing does: lips a little apart.
  let state: FaceState
  let camera: Camera
  let glasses: Glasses?
  let earrings: Earrings?
  enum Glasses { case clear, dark }
  enum Earrings { case hoops, drops }
  let scalp: Scalp
  /// Hair, hair above a high forehead, or none; the masks call all of it hair.
  enum Scalp { case hair, receding, bald }
  let photo: LiftPhoto
  static let colors: [SemanticClass: SIMD3<UInt8>] = [
    .background: [40, 90, 140], .skin: [205, 160, 140], .nose: [200, 150, 130], .eyes: [235, 235, 235], .brows: [90, 60, 40],
    .ears: [195, 145, 125], .mouthInterior: [60, 20, 20], .lips: [180, 70, 80], .hair: [70, 45, 30], .neck: [190, 145, 125],
    .torso: [40, 120, 60],
  ]

  /// `crop` says where the drawing lies in a larger photo, `size` how many pixels a side it has.
  init(crop: PhotoCrop? = nil, size: Int = 192, glasses: Glasses? = nil, earrings: Earrings? = nil, scalp: Scalp = .hair) {
    let half = Float(size) / 2
    camera = Camera(width: size, height: size, focal: [half * 35 / 6, half * 35 / 6])
    (self.glasses, self.earrings, self.scalp) = (glasses, earrings, scalp)
    let model = MorphableModel.builtIn()
    var state = FaceState(identity: [Float](repeating: 0, count: model.identityNames.count))
    state.expression = [Float](repeating: 0, count: model.expressionNames.count)
    state.pose = Rigid(rotation: Matrix3(yaw: 0.08, pitch: 0.03, roll: 0), translation: [0, -0.1, -10])
    (self.model, self.state) = (model, state)
    photo = Self.drawn(
      model, state, camera, crop ?? PhotoCrop(center: [half, half], side: 2 * half, roll: 0, size: size), glasses, earrings, scalp)
  }

  /// The same person in another state, for which the avatar's image can be held against it.
  func drawn(_ state: FaceState) -> LiftPhoto { Self.drawn(model, state, camera, photo.crop, glasses, earrings, scalp) }

  /// Its classes in a state, `[H, W]` uint8.
  func labels(_ state: FaceState) -> Tensor {
    let image = Rasteriser.draw(state.pose.apply(model.vertices(state)), model.triangles, camera: camera)
    let kinds = image.triangle.map { $0 < 0 ? UInt8(0) : model.parts[Int($0)].semanticClass.rawValue }
    return Tensor(kinds, [camera.height, camera.width])
  }

  private static func drawn(
    _ model: MorphableModel, _ state: FaceState, _ camera: Camera, _ crop: PhotoCrop, _ glasses: Glasses?, _ earrings: Earrings?,
    _ scalp: Scalp
  ) -> LiftPhoto {
    let places = model.vertices(state)
    let image = Rasteriser.draw(state.pose.apply(places), model.triangles, camera: camera)
    var labels: [UInt8] = [], pixels: [UInt8] = []
    let crown = (image.triangle.firstIndex { $0 >= 0 } ?? 0) / camera.width, middle = camera.project(state.pose.translation)
    let brows = Int(camera.project(state.pose.apply(SIMD3<Float>(0, 0.5, 0.8))).y)
    for k in 0..<camera.width * camera.height {
      let part = image.triangle[k] < 0 ? nil : model.parts[Int(image.triangle[k])]
      let kind = part?.semanticClass ?? .background
      var color = colors[kind] ?? [0, 0, 0]
      if part == .iris { color = [60, 110, 160] }
      if part == .pupil { color = [10, 10, 10] }
      if part == .scalp {
        // A high forehead reaches half way from the brows to the crown, and not to the temples.
        let isHigh = k / camera.width > (crown + brows) / 2 && abs(Float(k % camera.width) - middle.x) < Float(camera.width) / 8
        if scalp == .bald || (scalp == .receding && isHigh) { color = colors[.skin]! }
      }
      labels.append(kind.rawValue)
      pixels += [color.x, color.y, color.z]
    }
    let size = [camera.height, camera.width]
    let seen = camera.inHead(state.pose)
    let flat = model.landmarks(
      identity: Tensor(state.identity), expression: Tensor(state.expression), gaze: Tensor([Float(0), 0])
    ).floats
    let points = (0..<flat.count / 3).map { seen.project(SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2])) }
    if let glasses { put(glasses, on: &pixels, camera.width, points.map { [$0.x, $0.y] }) }
    if let earrings { put(earrings, on: &pixels, seen, model, places.floats) }
    return LiftPhoto(
      name: "drawn.png", crop: crop, image: Tensor(pixels, size + [3]),
      landmarks: FaceLandmarks(points: points.map { [$0.x, $0.y, 0] }, presence: 1), state: state, faceModel: model.name, camera: camera,
      frame: camera, alpha: Tensor(labels.map { $0 == 0 ? Float(0) : 1 }, size), labels: Tensor(labels, size))
  }

  /// Paints a pair of glasses, rounded boxes about both eyes with a bridge, over the image of a face with these landmarks.
  private static func put(_ glasses: Glasses, on pixels: inout [UInt8], _ width: Int, _ points: [SIMD2<Float>]) {
    let eyes = [(33, 133), (263, 362)].map { (points[$0.0] + points[$0.1]) / 2 }
    let across = eyes[1] - eyes[0], unit = (across * across).sum().squareRoot()
    for k in 0..<pixels.count / 3 {
      let p = SIMD2(Float(k % width) + 0.5, Float(k / width) + 0.5), way = p - (eyes[0] + eyes[1]) / 2
      let isBridge = abs(way.x) < 0.15 * unit && abs(way.y) < 0.03 * unit
      var far = Float.infinity
      for eye in eyes {
        let d: SIMD2<Float> = (p - eye - SIMD2<Float>(0, 0.1 * unit)) / (SIMD2<Float>(0.4, 0.28) * unit)
        far = min(far, pow(pow(abs(d.x), 3) + pow(abs(d.y), 3), 1 / 3))
      }
      let isRim = isBridge || (far > 0.92 && far < 1.08)
      guard isRim || (glasses == .dark && far < 1) else { continue }
      let color: SIMD3<UInt8> = isRim ? [90, 0, 120] : [50, 0, 70]
      (pixels[3 * k], pixels[3 * k + 1], pixels[3 * k + 2]) = (color.x, color.y, color.z)
    }
  }

  /// Paints an earring below each lobe; the mask knows nothing of them.
  private static func put(_ earrings: Earrings, on pixels: inout [UInt8], _ camera: Camera, _ model: MorphableModel, _ places: [Float]) {
    let corners = model.triangles.array(Int32.self)
    let ears = model.parts.indices.filter { model.parts[$0] == .ear }.flatMap { f in (0..<3).map { Int(corners[3 * f + $0]) } }
    for side: Float in [-1, 1] {
      guard let lobe = ears.filter({ places[3 * $0] * side > 0 }).min(by: { places[3 * $0 + 1] < places[3 * $1 + 1] }) else { continue }
      let s = camera.project(SIMD3(places[3 * lobe], places[3 * lobe + 1], places[3 * lobe + 2])), unit = camera.focal.x / s.z
      for k in 0..<pixels.count / 3 {
        let p = (SIMD2(Float(k % camera.width) + 0.5, Float(k / camera.width) + 0.5) - SIMD2(s.x, s.y)) / unit
        let isGold: Bool
        switch earrings {
        case .hoops:
          let q = (p - SIMD2(0, 0.15)) / SIMD2(0.09, 0.16), far = (q * q).sum().squareRoot()
          isGold = far > 0.84 && far < 1.16
        case .drops:
          let q = (p - SIMD2(0, 0.15)) / SIMD2(0.045, 0.09)
          isGold = (q * q).sum() < 1 || (abs(p.x) < 0.012 && p.y > -0.02 && p.y < 0.1)
        }
        if isGold { (pixels[3 * k], pixels[3 * k + 1], pixels[3 * k + 2]) = (245, 225, 90) }
      }
    }
  }

  /// The state with coefficients changed.
  func doing(_ changes: [String: Float]) -> FaceState {
    var state = state
    for (name, value) in changes { state.expression[model.expressionIndex(name)!] = value }
    return state
  }
}
