import Face
import Foundation
import Torch

/// Fits a morphable model to the landmarks of a clip: one identity, calibration and focal length, and a pose and expression per frame.
///
/// Minimises, by Gauss-Newton steps with the expressions eliminated and the poses coupled in time,
///   sum over frames and landmarks of w huber(|seen - projected(R (mean + c + B_id a + B_ex e) + t)| / sigma)
///   + lids' and lips' openings likewise + priors on a, c and e, with e in 0...1 + smoothness of the poses and, lightly, of e.
/// The calibration c is what the landmark network sees differently on this person, whatever they do.
package struct FaceFit {
  /// What a fit finds.
  package struct Result {
    package var identity: [Float]
    package var calibration: [SIMD3<Float>]
    /// What the person's lids do; nil of a model without eyes.
    package var lids: LidRange?
    /// How far apart lids are on the fitted head without expression, right then left, over the distance of the eyes.
    package var lidOpening: SIMD2<Float>
    /// `cameraToWorld` is the identity.
    package var camera: Camera
    /// One per frame given; nil where there were no landmarks.
    package var frames: [Frame?]
    /// The median over frames of the frames' errors.
    package var medianError: Float
  }
  package struct Frame {
    package var expression: [Float]
    package var pose: Rigid
    /// Yaw and pitch of both eyes against the head, radians.
    package var gaze: SIMD2<Float>
    /// Median distance of the 468 mesh points from their landmarks over the distance of the eyes.
    package var error: Float
  }

  /// Somebody whose shape another fit has found.
  package struct Person {
    /// Coefficients of the model's identity basis; those that are left out are 0.
    package var identity: [Float]
    /// As in `Result`; may be empty.
    package var calibration: [SIMD3<Float>]
    /// Pixels of the images to be fitted.
    package var focal: Float
    /// As in `Result`; nil finds out how shut lids are seen, the open eye being the calibrated head's.
    package var lids: LidRange?
    /// What the face does where the calibration meets it, as in the one photo that it was taken from; empty where it is at rest there.
    package var shown: [Float]
    package init(identity: [Float], calibration: [SIMD3<Float>], focal: Float, lids: LidRange? = nil, shown: [Float] = []) {
      (self.identity, self.calibration, self.focal, self.lids, self.shown) = (identity, calibration, focal, lids, shown)
    }
  }

  package let model: LandmarkModel
  /// The head whose eyes turn; nil leaves the gaze at zero.
  private let head: MorphableModel?
  /// Focal lengths that are considered, in longer sides of the image, and the one that is expected.
  package var focalRange: ClosedRange<Double> = 1.2...4
  package var expectedFocal = 2.2
  /// A focal length in pixels that is known; nil estimates it.
  package var knownFocal: Double?
  /// Who is seen, so that only poses and expressions are fitted; nil finds it out.
  package var person: Person?
  /// Whether frames follow each other in time, so that poses and expressions move smoothly.
  package var smooth = true
  /// Whether what a face at rest always shows beside the model's shapes is found as a calibration; one image cannot tell that from what the
  /// face does in it.
  package var calibrates = true
  /// Whether landmarks are met closely, the distance of the mouth's corners too: for motion that is to be shown, by somebody whose calibration
  /// is known, so that what is left over is what the face does.
  package var precise = false
  /// Where the optical axis meets the image, in pixels; nil for its middle.
  package var center: SIMD2<Float>?

  package init(_ model: LandmarkModel) { (self.model, head) = (model, nil) }
  package init(_ head: MorphableModel) { (model, self.head) = (LandmarkModel(head), head) }

  /// Fits `landmarks` (nil where a frame has none), in pixels of images of `width` x `height`.
  package func fit(_ landmarks: [FaceLandmarks?], width: Int, height: Int) throws -> Result {
    let times = landmarks.indices.filter { landmarks[$0] != nil }
    let faces = landmarks.compactMap { $0 }
    guard !faces.isEmpty else { throw CaptureError(.badInput, "no face was found in any frame") }
    return withoutGradient { fit(faces, times: times, count: landmarks.count, width: width, height: height) }
  }

  private func fit(_ faces: [FaceLandmarks], times: [Int], count: Int, width: Int, height: Int) -> Result {
    let eye = Double(median(faces.map(\.eyeDistance)))
    let middle = center ?? SIMD2<Float>(Float(width), Float(height)) / 2
    let corner = SIMD3(middle.x, middle.y, 0)
    let points = Tensor(
      faces.flatMap { face in
        face.points.prefix(LandmarkModel.count).flatMap { p in
          let q = (p - corner) / Float(eye)
          return [q.x, q.y, q.z]
        }
      }, [faces.count, LandmarkModel.count, 3])
    let observed = points[.ellipsis, .to(2)].contiguous()
    let longer = Double(max(width, height)) / eye

    let clip = person.map { known($0, points, eye) } ?? measured(faces, points, observed, eye, longer)
    var state = initial(points, focal: clip.focal)
    (state.identity, state.calibration) = (clip.identity, clip.calibration)
    let all = solver(observed)
    let motion = smooth ? PoseMotion(times: times) : nil
    for _ in 0..<6 { state = all.step(state) }
    for _ in 0..<8 {
      let pull = smooth ? neighbours(state.expression, times) : nil
      state = all.step(state, pull: pull, weight: evenness, motion: motion)
    }
    let camera = Camera(width: width, height: height, focal: SIMD2(repeating: Float(state.focal * eye)), center: middle)
    var gaze = [SIMD2<Float>](repeating: .zero, count: times.count)
    var lids: LidRange?
    if let head {
      gaze = look(head, faces, times, state, camera)
      // Lids go along with the eyes; the rest of the expressions settles around that.
      state.expression = withLids(state.expression, gaze)
      for _ in 0..<4 {
        let pull = smooth ? neighbours(state.expression, times) : nil
        state = all.step(state, pull: pull, weight: evenness, motion: motion)
      }
      lids = blink(&state, &gaze, observed, times, motion)
    }
    var result = result(state, gaze, observed: observed, times: times, count: count, camera: camera)
    result.lids = lids
    return result
  }
  private func solver(_ observed: Tensor, told: [String] = []) -> FitSolver {
    precise
      ? FitSolver(model, observed: observed, expectedError: 0.025, pairs: .all, told: told)
      : FitSolver(model, observed: observed, told: told)
  }

  /// Says how far the lids are shut, and lets the rest of the expressions settle around that.
  private func blink(
    _ state: inout FitState, _ gaze: inout [SIMD2<Float>], _ observed: Tensor, _ times: [Int], _ motion: PoseMotion?
  ) -> LidRange {
    var lids = LidFit(
      state, model, observed: observed, times: times, range: person?.lids,
      rest: person.map { LidFit.openness($0.shown, state, model) })
    var range = lids.range
    if person == nil, calibrates {
      // From here on the calibrated head's open eye is the person's.
      state.calibration = lids.rested(state.calibration, state, model)
      range = LidRange(rest: [1, 1], closed: range.closed / range.rest)
      lids = LidFit(state, model, observed: observed, times: times, range: range, rest: nil)
    }
    let lowered = smooth ? LoweredLids.shares(lids.blinks(smooth: false).map { $0.min() }, times: times) : gaze.map { _ in 0 }
    for i in gaze.indices { gaze[i] = gaze[i].lowered(by: lowered[i]) }
    // Blinks are measured, and the rest of the expressions settles around lids as they are without them.
    for _ in 0..<2 {
      state.expression = withBlinks(withLids(state.expression, gaze), gaze.map { _ in .zero }, lowered)
      lids = LidFit(state, model, observed: observed, times: times, range: range, rest: nil)
      let all = solver(lids.awake(observed), told: ["eyeBlink"])
      for _ in 0..<2 { state = all.step(state, pull: smooth ? neighbours(state.expression, times) : nil, weight: evenness, motion: motion) }
    }
    lids = LidFit(state, model, observed: observed, times: times, range: range, rest: nil)
    state.expression = withoutWideBlinks(withBlinks(state.expression, lids.blinks(smooth: smooth), lowered))
    return range
  }
  /// `expression` with these blinks, as far as they are not lids that are `lowered`; only lids that are follow the eyes while they are shut.
  private func withBlinks(_ expression: Tensor, _ blinks: [SIMD2<Float>], _ lowered: [Float]) -> Tensor {
    let blinks = zip(blinks, lowered).map { $0 * LoweredLids.blink($1) }, shutAlone = 1 - Tensor(lowered)
    let columns = model.expressionNames.enumerated().map { i, name in
      let shut = Tensor(blinks.map { name.hasSuffix("Right") ? $0.x : $0.y }), column = expression[.all, .at(i)]
      if name.hasPrefix("eyeBlink") { return shut }
      return name.hasPrefix("eyeLookUp") || name.hasPrefix("eyeLookDown") ? column * (1 - shut * shutAlone) : column
    }
    return stack(columns, 1)
  }

  /// Lids that close are not held open: what is left over there is the shut lid's shape.
  private func withoutWideBlinks(_ expression: Tensor) -> Tensor {
    let columns = model.expressionNames.enumerated().map { i, name in
      let column = expression[.all, .at(i)]
      guard name.hasPrefix("eyeWide"), let blink = model.expressionNames.firstIndex(of: "eyeBlink" + name.dropFirst(7)) else {
        return column
      }
      return column * (1 - expression[.all, .at(blink)] * 4).clamp(0, 1)
    }
    return stack(columns, 1)
  }

  /// The clip's own values, from frames that show the person at rest in different poses.
  private func measured(_ faces: [FaceLandmarks], _ points: Tensor, _ observed: Tensor, _ eye: Double, _ longer: Double) -> FitState {
    let chosen = Tensor(FitFrames.choose(faces).map(Int64.init))
    var clip = initial(points.indexSelect(0, chosen), focal: knownFocal.map { $0 / eye } ?? expectedFocal * longer)
    let solver = FitSolver(model, observed: observed.indexSelect(0, chosen))
    for _ in 0..<6 { clip = solver.step(clip, prior: Self.restPrior) }
    // A stronger prior than the residuals' number would leave it: they share their errors, and only turned heads show perspective.
    let focalPrior = knownFocal == nil ? (log: log(expectedFocal * longer), weight: focalWeight(chosen.numel)) : nil
    for _ in 0..<10 {
      clip = solver.clipStep(clip, focal: focalPrior, prior: Self.restPrior)
      clip.focal = min(max(clip.focal, focalRange.lowerBound * longer), focalRange.upperBound * longer)
      if let knownFocal { clip.focal = knownFocal / eye }
    }
    for _ in 0..<(calibrates ? 6 : 0) {
      // What a face at rest seems to do all the time is how it is made.
      clip.expression = atRest(clip.expression)
      clip = solver.calibrated(clip, deviation: 0.04)
      for _ in 0..<2 { clip = solver.step(clip, prior: Self.restPrior) }
    }
    return clip
  }
  /// The same where they are known.
  private func known(_ person: Person, _ points: Tensor, _ eye: Double) -> FitState {
    var clip = initial(points.narrow(0, 0, 1), focal: Double(person.focal) / eye)
    let count = clip.identity.numel
    precondition(person.identity.count <= count, "\(person.identity.count) identity coefficients for a model of \(count)")
    precondition(person.calibration.isEmpty || person.calibration.count == LandmarkModel.count, "\(person.calibration.count) landmarks")
    clip.identity = Tensor(person.identity + [Float](repeating: 0, count: count - person.identity.count))
    if !person.calibration.isEmpty {
      clip.calibration = Tensor(person.calibration.flatMap { [$0.x, $0.y, $0.z] }, [LandmarkModel.count, 3])
    }
    return clip
  }

  /// Where the eyes look in every frame.
  private func look(_ head: MorphableModel, _ faces: [FaceLandmarks], _ times: [Int], _ state: FitState, _ camera: Camera) -> [SIMD2<Float>]
  {
    let fitted = FittedHead(head, identity: state.identity.floats, calibration: Self.points(state.calibration))
    let count = (times.last ?? 0) + 1
    var seen = [FaceLandmarks?](repeating: nil, count: count)
    var poses = [Rigid?](repeating: nil, count: count)
    for (i, pose) in HeadPoses(rotation: state.rotation, translation: state.translation).rigid.enumerated() {
      (seen[times[i]], poses[times[i]]) = (faces[i], pose)
    }
    let found = GazeFit(eyes: fitted.eyeballs, camera: camera).gaze(seen, poses)
    return times.map { found[$0] ?? .zero }
  }
  private func withLids(_ expression: Tensor, _ gaze: [SIMD2<Float>]) -> Tensor {
    let columns = model.expressionNames.enumerated().map { i, name in
      let moved = gaze.compactMap { GazeFit.lidMovement($0, name: name) }
      return moved.isEmpty ? expression[.all, .at(i)] : Tensor(moved)
    }
    return stack(columns, 1)
  }

  /// How much more the prior on expressions counts where the person is taken to be at rest.
  private static let restPrior = 4.0
  /// How much smoothness in time counts against the landmarks, which count more where they are met closely.
  private var evenness: Double { precise ? 60 : 30 }
  private func focalWeight(_ frames: Int) -> Double { 20 * Double(frames) }

  private func initial(_ points: Tensor, focal: Double) -> FitState {
    let (rotation, translation) = InitialPose.estimate(model, points: points, focal: focal)
    return FitState(
      rotation: rotation, translation: translation, expression: Tensor.zeros([points.size(0), model.expression.size(2)]),
      identity: Tensor.zeros([model.identity.size(2)]), calibration: Tensor.zeros([LandmarkModel.count, 3]), focal: focal)
  }

  /// Expressions `[n, Ne]` above what a quarter of the frames stay below.
  private func atRest(_ expression: Tensor) -> Tensor {
    let sorted = expression.sort(0).values
    return (expression - sorted[.at(sorted.size(0) / 4)]).clamp(0, nil)
  }

  /// The mean of the expressions before and after every frame; its own where it has only one neighbour.
  private func neighbours(_ expression: Tensor, _ times: [Int]) -> Tensor {
    let last = times.count - 1
    var before = Array(0...last)
    var after = Array(0...last)
    for i in stride(from: 1, to: last, by: 1) where times[i + 1] - times[i - 1] == 2 { (before[i], after[i]) = (i - 1, i + 1) }
    let a = expression.indexSelect(0, Tensor(before.map(Int64.init)))
    return (a + expression.indexSelect(0, Tensor(after.map(Int64.init)))) * 0.5
  }

  private func result(
    _ state: FitState, _ gaze: [SIMD2<Float>], observed: Tensor, times: [Int], count: Int, camera: Camera
  ) -> Result {
    // Over each frame's own distance of the eyes, with its depth, as far as the fit knows it.
    let placed = state.points(model).placed.indexSelect(1, Tensor([33, 133, 263, 362].map(Int64.init)))
    let right = placed.narrow(1, 0, 2).mean(1)
    let left = placed.narrow(1, 2, 2).mean(1)
    let eyes = (right - left).norm(1) * state.focal / -((right + left) * 0.5)[.all, 2]
    let errors = ((observed - state.projected(model)).norm(-1).median(1).values / eyes).floats
    let e = state.expression.floats
    let ne = model.expressionNames.count
    var frames = [Frame?](repeating: nil, count: count)
    for (i, pose) in HeadPoses(rotation: state.rotation, translation: state.translation).rigid.enumerated() {
      frames[times[i]] = Frame(expression: Array(e[ne * i..<ne * (i + 1)]), pose: pose, gaze: gaze[i], error: errors[i])
    }
    return Result(
      identity: state.identity.floats, calibration: Self.points(state.calibration), lids: nil,
      lidOpening: LidFit.opening(state, model), camera: camera, frames: frames,
      medianError: median(errors))
  }

  private static func points(_ tensor: Tensor) -> [SIMD3<Float>] {
    let c = tensor.floats
    return (0..<tensor.size(0)).map { [c[3 * $0], c[3 * $0 + 1], c[3 * $0 + 2]] }
  }
}

/// The middle one of some numbers, the upper one of two.
package func median(_ numbers: [Float]) -> Float {
  precondition(!numbers.isEmpty, "no numbers have no median")
  return numbers.sorted()[numbers.count / 2]
}
