import Exchange
import Face
import Foundation
import Media
import Photos
import Portrait
import Testing
import Torch

/// Earrings of a drawn person, and of real ones where they are.
@Suite(.serialized) struct EarringTests {
  /// No other color of a drawn person is near it.
  private static let gold = SIMD3<Float>(245, 225, 90) / 255

  private func pixels(_ rgb: [Float]) -> [Int] {
    (0..<rgb.count / 3).filter { k in
      let d = SIMD3(rgb[3 * k], rgb[3 * k + 1], rgb[3 * k + 2]) - Self.gold
      return (d * d).sum().squareRoot() < 0.3
    }
  }
  /// How many places lie farther than `reach` pixels from all of `others`.
  private func astray(_ places: [SIMD2<Float>], from others: [SIMD2<Float>], reach: Float) -> Int {
    places.count { p in
      !others.contains { q in
        let d = p - q
        return (d * d).sum() < reach * reach
      }
    }
  }

  /// With the head turned and the jaw open a hoop and a drop are where a thing is that turns with the skull alone, to 2 pixels at 512 x 512.
  @Test(arguments: [DrawnPerson.Earrings.hoops, .drops]) func earringsKeepTheirShape(kind: DrawnPerson.Earrings) throws {
    let person = DrawnPerson(size: 512, earrings: kind), avatar = try PortraitLift(person.photo, model: person.model)
    let camera = person.camera, still = try avatar.render(avatar.state, camera: camera)
    let rest = pixels(still.rgb.floats), depth = still.depth.floats
    let truth = pixels(person.photo.image.array(UInt8.self).map { Float($0) / 255 })
    func places(_ pixels: [Int]) -> [SIMD2<Float>] { pixels.map { SIMD2(Float($0 % 512) + 0.5, Float($0 / 512) + 0.5) } }
    // Where a hoop crosses a border of the person a few pixels of it are left out.
    let missing = astray(places(truth), from: places(rest), reach: 1.5)
    #expect(rest.count > 300 && missing * 50 < truth.count, "of \(truth.count) pixels \(missing) are missing")
    for yaw: Float in [-0.26, 0.26] {
      var state = person.doing(["jawOpen": 1])
      state.pose.rotation = Matrix3(yaw: yaw, pitch: 0, roll: 0) * state.pose.rotation
      let moved = places(pixels(try avatar.render(state, camera: camera).rgb.floats)), turn = state.pose * avatar.state.pose.inverse
      // Only the ear that comes nearer is surely not hidden by the cheek.
      let wanted = rest.compactMap { k -> SIMD2<Float>? in
        let p = SIMD2(Float(k % 512) + 0.5, Float(k / 512) + 0.5)
        guard (p.x < 256) == (yaw > 0) else { return nil }
        let s = camera.project(turn.apply(camera.unproject(p, depth: depth[k])))
        return [s.x, s.y]
      }
      let half = moved.filter { ($0.x < 256) == (yaw > 0) }
      #expect(wanted.count > 100)
      let (lost, strayed) = (astray(wanted, from: half, reach: 2), astray(half, from: wanted, reach: 2))
      #expect(
        lost * 50 < wanted.count && strayed == 0, "\(kind), \(yaw): of \(wanted.count) pixels \(lost) are gone, \(strayed) are elsewhere")
    }
  }

  /// Behind an earring that hung before the wall nothing stays.
  @Test func nothingStaysBehind() throws {
    let person = DrawnPerson(size: 512, earrings: .drops), avatar = try PortraitLift(person.photo, model: person.model)
    #expect(pixels(avatar.background(person.camera).floats).isEmpty)
  }

  @Test func aBareLobeIsLeftAlone() throws {
    for (earrings, isWorn) in [(nil, false), (DrawnPerson.Earrings.hoops, true), (.drops, true)] {
      let person = DrawnPerson(size: 512, earrings: earrings)
      #expect(try Self.wears(PortraitLift(person.photo, model: person.model)) == isWorn)
    }
  }

  private static func wears(_ avatar: PortraitLift) throws -> Bool {
    try PortraitMesher(avatar).mesh(avatar.state).parts.contains { $0.name == "earrings" }
  }

  /// Hoops, drops and studs are found in real photos; strands of hair, collars and walls are none.
  @Test(.enabled(if: portraitsArePresent, "skipped: ../shared or the networks are absent"))
  func realEarringsAreFound() throws {
    let reader = try PhotoReader()
    for (name, isWorn) in [
      ("female_10", true), ("female_16", true), ("female_42", true), ("female_92", true), ("female_14", false), ("female_48", false),
      ("female_88", false), ("male_26", false), ("male_40", false), ("male_44", false),
    ] {
      let file = name + ".jpg", avatar = try PortraitLift(reader.lifted(try ImageFile.read(portraits.appending(path: file)), name: file))
      #expect(try Self.wears(avatar) == isWorn, "\(name)")
    }
  }
}

private let portraits =
  (ProcessInfo.processInfo.environment["LIKENESS_ASSETS"].map { URL(filePath: $0) }
  ?? URL(filePath: #filePath).appending(path: "../../../../../shared/assets").standardizedFileURL).appending(path: "portraits")
private let portraitsArePresent =
  FileManager.default.fileExists(atPath: portraits.path) && (try? DependencyFolder.file("litert/libLiteRt.so")) != nil
