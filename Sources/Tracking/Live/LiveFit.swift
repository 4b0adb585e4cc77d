import Face
import Foundation
import Torch

/// What a live tracker says of a frame.
package struct LiveFace: Sendable {
  /// The face; its pose is head to camera.
  package var state: FaceState
  /// How far it can be trusted: 1 for a face seen well, 0 where there is none and the last one is held.
  package var confidence: Float
  /// Median distance of the 468 mesh points from their landmarks over the distance of the eyes.
  package var error: Float
}

/// Fits a head model to landmarks as they come, frame by frame: pose, expression and gaze at once, who is seen little by little.
///
/// A frame costs a few Gauss-Newton steps on its own unknowns, drawn to where the last frames lead; see `LiveSolver`. Beside each frame a piece
/// of `PersonSearch` is done. The same landmarks at the same times give the same bits.
package final class LiveFit {
  private let head: MorphableModel
  private let solver: LiveSolver
  private let search: PersonSearch
  private let width, height: Int
  private let center: SIMD2<Float>

  private var keyframes = Keyframes()
  private var lids = LiveLids()
  private var lowered = LiveLoweredLids()
  /// The person as last found, whom the shape that is fitted comes nearer with each frame.
  private var person: LivePerson
  private var personStill: [Float]
  private var still: [Float]
  private var focal: Float
  private var eyes: [GazeFit.Eyeball]

  private var last: Moment?
  private var gaze = LiveGaze()
  private var neutral: Neutral?
  private var isNeutralWanted = false
  private var frames = 0, nextSearch = 0, searches = 0, lastFound = 0

  /// A frame as it was fitted, and where it was leading.
  private struct Moment {
    var seconds: Double
    var state: LiveState
    /// A frame's turn and shift, of `interval` seconds.
    var turn = SIMD3<Float>.zero, shift = SIMD3<Float>.zero
    var blink: SIMD2<Float>
    var face: LiveFace
  }
  /// A face at rest by its own word, and what it does as it is fitted.
  private struct Neutral {
    let frame: LiveFrame
    var state: LiveState
  }

  private let isBlink, isAwake, isStill: [Bool]
  private let blinkIndex, wideIndex: [Int?]
  private let upAndDown: [[Int]]

  /// For images of `width` x `height`.
  package init(_ head: MorphableModel, width: Int, height: Int) {
    (self.head, self.width, self.height) = (head, width, height)
    center = SIMD2(Float(width), Float(height)) / 2
    solver = LiveSolver(LandmarkModel(head))
    search = PersonSearch(solver, longerSide: max(width, height))
    let somebody = search.person
    person = somebody
    personStill = solver.basis.mean
    (still, focal) = (personStill, person.focal)
    eyes = withoutGradient { FittedHead.eyeballs(head, identity: Tensor(somebody.identity), calibration: nil) }
    let names = head.expressionNames
    isBlink = names.map { $0.hasPrefix("eyeBlink") }
    isAwake = names.map { !$0.hasPrefix("eyeBlink") && !$0.hasPrefix("eyeWide") }
    isStill = names.map { !$0.hasPrefix("eye") }
    blinkIndex = ["Right", "Left"].map { head.expressionIndex("eyeBlink" + $0) }
    wideIndex = ["Right", "Left"].map { head.expressionIndex("eyeWide" + $0) }
    upAndDown = ["Right", "Left"].map { side in ["eyeLookUp", "eyeLookDown"].compactMap { head.expressionIndex($0 + side) } }
  }

  /// The identity as found so far.
  package var identity: [Float] { person.identity }
  /// The camera as found so far; `cameraToWorld` is the identity.
  package var camera: Camera { Camera(width: width, height: height, focal: SIMD2(repeating: focal), center: center) }

  /// Takes the next face that is seen well for one at rest.
  package func calibrate() { isNeutralWanted = true }

  /// What the face does that is seen at a moment; where there is none the last one, with confidence 0; nil before there was any.
  ///
  /// `isHurried` leaves out the search for who is seen.
  package func update(_ face: FaceLandmarks?, at seconds: Double, isHurried: Bool = false) -> LiveFace? {
    if !isHurried { withoutGradient { advance() } }
    guard let face, face.points.allSatisfy({ $0.x.isFinite && $0.y.isFinite && $0.z.isFinite }) else { return lost() }
    return withoutGradient {
      if searches == 0 {
        // The first face tells at once who is seen, as far as one can, and is looked at again then.
        guard follow(face, seconds).confidence > Self.trusted else { return last?.face }
        search.begin(keyframes, isFirst: true)
        while !search.advance(effort: .max) {}
        takePerson()
        last = nil
      }
      return follow(face, seconds)
    }
  }

  private func lost() -> LiveFace? {
    guard var held = last?.face else { return nil }
    held.confidence = 0
    last?.face = held
    return held
  }

  private func follow(_ face: FaceLandmarks, _ seconds: Double) -> LiveFace {
    frames += 1
    let frame = LiveFrame(face, center: center), head = LiveLids.openings(still)
    var shape = LiveShape(still: still, focal: focal)
    LidOpening.rest(&shape.still, still, lids.range.rest)

    let before = last.flatMap { $0.face.confidence > 0 && seconds > $0.seconds && seconds - $0.seconds < 0.5 ? $0 : nil }
    let elapsed = before.map { seconds - $0.seconds } ?? 0.04
    var wishes = LiveSolver.Wishes(told: isBlink), state: LiveState
    if let before {
      state = before.state
      wishes.pull = (before.state.expression, Self.evenness * 0.04 / elapsed)
      let share = Float(elapsed / 0.04) * Self.persistence
      let predicted = Rigid(
        rotation: Matrix3(rotationVector: before.turn * share) * before.state.pose.rotation,
        translation: before.state.pose.translation + before.shift * share)
      wishes.pose = (predicted, [])
      state.pose = predicted
    } else {
      state = initial(face, frame)
    }

    var openings = opening(state, frame)
    func settle(_ steps: Int, lowered: Float = 0) {
      close(&state, pointwiseMin(openings.shut(lids.range), .one) * LoweredLids.blink(lowered))
      var seen = frame
      openings.correct(&seen.points, from: 0, lids.range, least: LoweredLids.slit * lowered)
      for _ in 0..<steps {
        if let predicted = wishes.pose?.to {
          wishes.pose = (predicted, PoseMotion.weights(state.pose, predicted: predicted, elapsed: elapsed))
        }
        solver.step(&state, seen, shape, .precise, wishes)
      }
    }
    settle(before == nil ? 6 : 2)
    var look = gaze.look(face, state.pose, eyes, camera, elapsed: elapsed)
    follow(&state, look)
    openings = opening(state, frame)
    let low = lowered.look(openings.shut(lids.range))
    if low > 0 {
      look = look.lowered(by: low)
      follow(&state, look)
      openings = opening(state, frame)
    }
    settle(before == nil ? 4 : 2, lowered: low)
    openings = opening(state, frame)
    let blink = LiveLids.calm(openings.shut(lids.range), before?.blink)
    close(&state, pointwiseMin(blink, .one) * LoweredLids.blink(low))

    let error = error(state, frame, shape)
    let confidence = confidence(face, state, error)
    if confidence > Self.trusted {
      lids.append(openings, of: head, at: seconds)
      keyframes.look(at: face, frame, state)
    }
    // Soon after the head changed, too.
    if frames <= 50 || frames % 25 == 0 || (frames - lastFound < 20 && frames % 5 == 0) { lids.learn(LiveLids.openings(still)) }
    if isNeutralWanted, confidence > 0.5 {
      isNeutralWanted = false
      neutral = Neutral(frame: frame, state: state)
    }

    let seen = LiveFace(
      state: FaceState(identity: person.identity, expression: shown(state, lowered: low), pose: state.pose, gaze: look),
      confidence: confidence,
      error: error)
    var now = Moment(seconds: seconds, state: state, blink: blink, face: seen)
    if let before {
      let share = Float(0.04 / elapsed)
      let turn = (state.pose.rotation * before.state.pose.rotation.transposed).rotationVector * share
      let shift = (state.pose.translation - before.state.pose.translation) * share
      (now.turn, now.shift) = ((before.turn + turn) / 2, (before.shift + shift) / 2)
    }
    last = now
    return seen
  }

  // MARK: - Who is seen

  /// Frames in which who is seen may change at once.
  private static let beginning = 12
  /// Steps' worth of a search beside a frame, of which each costs about a sixth of a millisecond.
  private static let effort = 16
  /// Searches that follow each other at once; later ones follow after some seconds.
  private static let quickSearches = 16

  /// Does a piece of the search, and comes nearer to whom it found.
  private func advance() {
    if search.isUnderway {
      if search.advance(effort: Self.effort) { takePerson() }
    } else if searches > 0, frames > nextSearch {
      search.begin(keyframes, isFirst: false)
    }
    let share: Float = 0.4
    for i in still.indices { still[i] += share * (personStill[i] - still[i]) }
    focal *= pow(person.focal / focal, share)
  }

  /// Takes over whom the search found: at the beginning at once, later little by little, so that nothing jumps.
  private func takePerson() {
    person = search.person
    personStill = solver.basis.still(identity: person.identity, calibration: person.calibration)
    if frames < Self.beginning { (still, focal) = (personStill, person.focal) }
    let calibration = Tensor(person.calibration, [LandmarkModel.count, 3])
    eyes = FittedHead.eyeballs(head, identity: Tensor(person.identity), calibration: calibration)
    refitNeutral()
    searches += 1
    lastFound = frames
    nextSearch = frames + (searches < Self.quickSearches ? 1 : 50)
  }

  /// The face that was called neutral, as it is fitted now.
  private func refitNeutral() {
    guard var kept = neutral else { return }
    let shape = LiveShape(still: personStill, focal: person.focal)
    for _ in 0..<4 { solver.step(&kept.state, kept.frame, shape, .precise, LiveSolver.Wishes(told: isBlink)) }
    neutral = kept
  }

  // MARK: - One frame

  /// How much an expression is drawn to that of the last frame, a twenty-fifth of a second ago.
  private static let evenness = 60.0
  /// How much of a motion is expected to go on.
  private static let persistence: Float = 0.3
  /// The least confidence of a frame that is learned from.
  private static let trusted: Float = 0.3

  private func initial(_ face: FaceLandmarks, _ frame: LiveFrame) -> LiveState {
    let points = (0..<LandmarkModel.count).flatMap { k in [frame.points[2 * k], frame.points[2 * k + 1], face.points[k].z / frame.eye] }
    let (rotation, translation) = InitialPose.estimate(
      solver.basis.model, points: Tensor(points, [1, LandmarkModel.count, 3]), focal: Double(focal / frame.eye))
    let pose = HeadPoses(rotation: rotation, translation: translation).rigid[0]
    return LiveState(pose: pose, expression: [Float](repeating: 0, count: head.expressionNames.count))
  }

  private func opening(_ state: LiveState, _ frame: LiveFrame) -> LidOpening {
    let focal = focal / frame.eye
    func point(_ k: Int, _ takes: [Bool]) -> SIMD2<Float> {
      LiveSolver.project(solver.basis.point(k, of: still, by: state.expression, where: takes), state.pose, focal: focal)
    }
    return LidOpening(seen: { frame[$0] }, still: { point($0, isStill) }, awake: { point($0, isAwake) })
  }
  /// Moves the lids along with the eyes.
  private func follow(_ state: inout LiveState, _ look: SIMD2<Float>) {
    for (j, name) in head.expressionNames.enumerated() {
      if let moved = GazeFit.lidMovement(look, name: name) { state.expression[j] = moved }
    }
  }
  /// Says how far the lids are shut.
  private func close(_ state: inout LiveState, _ shut: SIMD2<Float>) {
    for eye in 0..<2 { if let j = blinkIndex[eye] { state.expression[j] = min(1, max(0, shut[eye])) } }
  }
  /// The expression as others see it: shut lids are not held open and do not follow the eyes, and what the face does at rest is nothing.
  private func shown(_ state: LiveState, lowered: Float) -> [Float] {
    var e = state.expression
    for eye in 0..<2 {
      guard let blink = blinkIndex[eye], let wide = wideIndex[eye] else { continue }
      e[wide] *= min(1, max(0, 1 - 4 * e[blink]))
      for j in upAndDown[eye] { e[j] *= 1 - e[blink] * (1 - lowered) }
    }
    if let rest = neutral?.state.expression { for j in e.indices { e[j] = max(0, e[j] - rest[j]) / max(1 - rest[j], 0.1) } }
    return e
  }

  private func error(_ state: LiveState, _ frame: LiveFrame, _ shape: LiveShape) -> Float {
    let points = solver.points(state, shape), focal = shape.focal / frame.eye
    return median(
      (0..<LandmarkModel.count).map { k in
        let d = frame[k] - LiveSolver.project(SIMD3(points[3 * k], points[3 * k + 1], points[3 * k + 2]), state.pose, focal: focal)
        return (d * d).sum().squareRoot()
      })
  }

  /// From how sure the network is, how well the head lies on the landmarks, and how far it is turned away.
  private func confidence(_ face: FaceLandmarks, _ state: LiveState, _ error: Float) -> Float {
    let fits = min(1, max(0, (0.12 - error) / 0.08))
    let toCamera = normalized(-state.pose.translation), facing = dot(state.pose.rotation.z, toCamera)
    return face.presence * fits * min(1, max(0.1, (facing - 0.2) / 0.5))
  }
}
