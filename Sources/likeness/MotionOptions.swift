import ArgumentParser
import Driving

/// How somebody else's motion is put on the avatar: options that the verbs share which drive one.
struct MotionOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Take the driver's expression as it is. By default it is relative: the face moves from the avatar's own rest as the driver's moves from theirs."
    ))
  var absolute = false
  @Option(help: ArgumentHelp("How far the face moves; 1 is as far as the driver's, 0 not at all.", valueName: "factor"))
  var expressionScale: Double?
  @Option(help: ArgumentHelp("How far the head moves; 1 is as far as the driver's.", valueName: "factor"))
  var poseScale: Double?
  @Flag(help: "Keep the head still.")
  var stillHead = false
  @Option(
    help: ArgumentHelp(
      "What the driver moves, of lips, eyes, brows and pose, separated by commas; all by default. Eyes that nobody drives blink by themselves.",
      valueName: "parts"))
  var parts: String?
  @Option(
    help: ArgumentHelp(
      "Smooth motion slower than this; 1 to 5 takes the tremble out of a poor video. Lids keep their speed.", valueName: "hertz"))
  var smooth: Double?

  @Option(help: ArgumentHelp("Which face of the video drives, counted from the left; the largest by default.", valueName: "number"))
  var face: Int?

  private var chosenParts: Set<Retargeting.Part>? {
    guard let parts else { return nil }
    let names = parts.split(separator: ",").map { Retargeting.Part(rawValue: $0.trimmingCharacters(in: .whitespaces)) }
    return names.isEmpty || names.contains(nil) ? nil : Set(names.compactMap(\.self))
  }

  func validate() throws {
    if let expressionScale, !(0...3 ~= expressionScale) { throw ValidationError("--expression-scale must be 0...3") }
    if let poseScale, !(0...3 ~= poseScale) { throw ValidationError("--pose-scale must be 0...3") }
    if let face, face < 1 { throw ValidationError("--face counts from 1") }
    if let smooth, !(0.1...30 ~= smooth) { throw ValidationError("--smooth must be 0.1...30") }
    if let parts, chosenParts == nil {
      let known = Retargeting.Part.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--parts \(parts): write some of \(known), separated by commas")
    }
    if stillHead, poseScale != nil { throw ValidationError("give --still-head or --pose-scale, not both") }
  }

  /// Whether anything was chosen, so that it is not left unheard where nothing is driven.
  var isGiven: Bool { absolute || stillHead || expressionScale != nil || poseScale != nil || parts != nil || smooth != nil }
  /// What was chosen; nil where nothing was.
  var chosen: Retargeting? { isGiven ? retargeting : nil }
  /// What was chosen, and the defaults where nothing was.
  var retargeting: Retargeting {
    var all = Retargeting()
    all.isRelative = !absolute
    all.expressionScale = Float(expressionScale ?? 1)
    all.poseScale = stillHead ? 0 : Float(poseScale ?? 1)
    if let chosenParts { all.parts = chosenParts }
    all.smoothing = smooth
    return all
  }
}
