import Face
import Foundation
import Talking
import Testing
import Torch

/// Takes for other programs, and what they are made of.
@Suite struct TakeTests {
  /// Names in the app's order: the right side of jaw and mouth comes first.
  @Test func columnsOfLiveLinkFace() {
    let columns = LiveLinkTake.columns
    #expect(columns.count == 52 && Set(columns.map { $0.lowercased() }) == Set(ExpressionNames.arkit.map { $0.lowercased() }))
    #expect(columns.firstIndex(of: "JawRight")! < columns.firstIndex(of: "JawLeft")!)
    #expect(columns.firstIndex(of: "MouthRight")! < columns.firstIndex(of: "MouthLeft")!)
    #expect(columns.prefix(3) == ["EyeBlinkLeft", "EyeLookDownLeft", "EyeLookInLeft"] && columns.last == "TongueOut")
    let row = LiveLinkTake.row(0.5, ExpressionNames.arkit.map { $0 == "jawOpen" ? 0.25 : 0 }, head: [0.1, -0.2, 0.3], gaze: [0.05, 0.15])
    let cells = row.dropLast().split(separator: ","), head = LiveLinkTake.head.dropLast().split(separator: ",")
    #expect(cells.count == head.count && cells[0] == "00:00:00:30.000" && cells[1] == "61")
    #expect(cells[head.firstIndex(of: "JawOpen")!] == "0.250000" && cells.filter { $0 == "0.250000" }.count == 1)
    // The app's yaw grows to the right, its pitch downwards, for the eyes as for the head.
    for eye in ["Left", "Right"] {
      #expect(
        cells[head.firstIndex(of: Substring("\(eye)EyeYaw"))!] == "-0.050000"
          && cells[head.firstIndex(of: Substring("\(eye)EyePitch"))!] == "-0.150000")
    }
    #expect(cells[head.firstIndex(of: "HeadYaw")!] == "-0.100000" && cells[head.firstIndex(of: "HeadPitch")!] == "0.200000")
  }

  /// Sixtieths of a second at any rate, with thousandths; midnight wraps.
  @Test(arguments: [
    (0.0, "00:00:00:00.000"), (1.0 / 60, "00:00:00:01.000"), (1.0 / 30, "00:00:00:02.000"), (0.04, "00:00:00:02.400"),
    (59.999999, "00:01:00:00.000"), (3661.5, "01:01:01:30.000"), (86400.25, "00:00:00:15.000"),
  ]) func times(seconds: Double, text: String) { #expect(LiveLinkTake.time(seconds) == text) }

  /// Both sides do what is heard, and nothing else moves.
  @Test func spokenShapesAreARKits() {
    let jaw = SpokenShapes.names.firstIndex(of: "jawOpen")!, press = SpokenShapes.names.firstIndex(of: "mouthPress")!
    var spoken = [Float](repeating: 0, count: SpokenShapes.names.count)
    (spoken[jaw], spoken[press]) = (0.5, 1.4)
    let all = SpokenShapes.arkit(spoken, with: ["browInnerUp": 0.2])
    for (name, value) in zip(ExpressionNames.arkit, all) {
      #expect(value == ["jawOpen": 0.5, "mouthPressLeft": 1, "mouthPressRight": 1, "browInnerUp": 0.2][name] ?? 0, "\(name)")
    }
    #expect(SpokenShapes.spoken(all, names: ExpressionNames.arkit)[press] == 1)
    #expect(SpokenShapes.spoken([0.4, 0.2], names: ["JawOpen", "mouthPressLeft"])[jaw] == 0.4)
  }

  /// The jaw opens the lips and pressed lips are shut, on the head that comes with the tool.
  @Test func lipsAreMeasured() {
    let measures = LipMeasures()
    func gap(_ values: [String: Float]) -> Float { measures.lipGap(SpokenShapes.names.map { values[$0] ?? 0 }) }
    #expect(gap(["jawOpen": 0.6]) > gap(["jawOpen": 0.2]) && gap(["jawOpen": 0.2]) > gap([:]) + 0.01)
    #expect(gap(["jawOpen": 0.2, "mouthClose": 0.2]) < gap(["jawOpen": 0.2]))
  }

  /// FACEGOOD's names and ARKit's become the same shapes.
  @Test func channelsOfOtherPrograms() {
    let table = ChannelTable.mixing(["brow_raise_l", "mouth_stretch_c", "mouth_press_l", "mouth_press_r", "mouth_stretch_u"])
    let jaw = SpokenShapes.names.firstIndex(of: "jawOpen")!, press = SpokenShapes.names.firstIndex(of: "mouthPress")!
    #expect(table[jaw] == [.init(channel: 1, weight: 1)])
    #expect(table[press] == [.init(channel: 2, weight: 0.5), .init(channel: 3, weight: 0.5)])
    #expect(ChannelTable.mixing(["MouthPressLeft", "jawOpen"])[press] == [.init(channel: 0, weight: 1)])
  }

  /// The same seed gives the same gestures; lids close wholly now and then, the head sways a few degrees, brows rise with stress.
  @Test func gesturesGoWithTheVoice() {
    func moments(_ seed: UInt64, talking: Bool = true) -> [SpeechGestures.Moment] {
      var gestures = SpeechGestures(seed: seed, rate: 60)
      return (0..<3600).map { i in gestures.next(talking && i % 40 < 14 ? 0.9 : 0) }
    }
    let talking = moments(1), silent = moments(1, talking: false)
    #expect(talking == moments(1) && talking != moments(2))
    let blinks = zip(talking, talking.dropFirst()).count { $0.blink.x < 0.9 && $1.blink.x >= 0.9 }
    #expect((8...45).contains(blinks), "\(blinks) blinks a minute")
    #expect(talking.allSatisfy { 0...1 ~= $0.blink.x && 0...1 ~= $0.brows && abs($0.head.x) < 0.2 && abs($0.head.y) < 0.15 })
    #expect((talking.map(\.brows).max() ?? 0) > 0.2 && (silent.map(\.brows).max() ?? 1) < 0.01)
    func way(_ all: [SpeechGestures.Moment]) -> Float { zip(all, all.dropFirst()).reduce(0) { $0 + abs($1.1.head.x - $1.0.head.x) } }
    #expect(way(talking) > 1.5 * way(silent))
  }

  /// What each side's shape adds to the lips' distance and the mouth's width adds up to what both together do.
  @Test func measuresOfExpressionsAddUp() {
    let model = MorphableModel.builtIn(), measures = LipMeasures(model), (gap, width) = LipMeasures.ofExpressions(model)
    #expect(gap.count == 52 && width.count == 52)
    for (i, name) in SpokenShapes.names.enumerated() {
      let places = model.expressionNames.indices.filter { [name, name + "Left", name + "Right"].contains(model.expressionNames[$0]) }
      #expect(
        abs(places.reduce(0) { $0 + gap[$1] } - measures.gap[i]) < 1e-6
          && abs(places.reduce(0) { $0 + width[$1] } - measures.width[i]) < 1e-6)
    }
    let jaw = model.expressionIndex("jawOpen") ?? 0, pucker = model.expressionIndex("mouthPucker") ?? 0
    #expect(gap[jaw] > 0.05 && width[pucker] < -0.02 && gap[model.expressionIndex("eyeBlinkLeft") ?? 0] == 0)
  }
}
