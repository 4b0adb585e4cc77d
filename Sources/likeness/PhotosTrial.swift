import ArgumentParser
import Driving
import Evaluation
import Face
import Foundation
import Media
import Photos
import Portrait
import Torch
import Tracking

/// Many photos at once: which become an avatar, how like they stay as the camera goes around them, and as others drive them.
/// What `eval --photos` does.
struct PhotosTrial {
  /// What is written of a photo.
  struct Row: Encodable {
    var photo: String
    /// Why no avatar was made.
    var refused: String?
    var notices: [String] = []
    var seconds: Double?
    /// Cosines of identity to the photo: from the front, and means of both sides; nil where no network is there.
    var identity0, identity20, identity35: Double?
    var driven: [PortraitViews.Driven] = []
    enum CodingKeys: String, CodingKey {
      case photo, refused, notices, seconds, driven
      case identity0 = "identity_0"
      case identity20 = "identity_20"
      case identity35 = "identity_35"
    }
  }
  struct Report: Encodable {
    var photos: [Row]
    var tried, made, refused: Int
    /// Medians over the photos.
    var identity0, identity20, identity35, seconds: Double?
    /// Means over all pairs of a photo and a driver.
    var drivenIdentity, aed, apd: Double?
    enum CodingKeys: String, CodingKey {
      case photos, tried, made, refused, seconds, aed, apd
      case identity0 = "identity_0"
      case identity20 = "identity_20"
      case identity35 = "identity_35"
      case drivenIdentity = "driven_identity"
    }
  }

  /// Of a driver's first frames so many, evenly spread, are drawn.
  private static let looked = 250, drawn = 10
  /// The least like photos that are shown by themselves, and rows of a sheet.
  private static let worst = 10, rows = 25, cell = 192

  let photos: [URL]
  let drivers: [URL]

  /// Writes photos.json and sheets into the folder `output`.
  func run(output: String, replace: Bool) throws {
    let folder = try AtomicFolder(URL(filePath: output), .trial, replace: replace)
    let identity = try FaceIdentity.found(), reader = try PhotoReader()
    if identity == nil { complain("no weights for identity: likeness models") }
    let motions = try drivers.map { driver in
      let table = ProgressTable()
      defer { table.finish() }
      let motion = try VideoDriver(driver).motion(
        fps: 25, frames: 0..<Self.looked, notice: complain,
        progress: { table.show("looked at \($0) frames of \(driver.lastPathComponent)", last: false) }, shouldStop: { StopSignal.isRaised })
      guard let motion else { throw ExitCode(StopSignal.exitStatus ?? 1) }
      return motion
    }
    var rows: [Row] = [], strips: [(like: Double, images: [Tensor])] = [], sheets = 0, pending: [[Tensor]] = []
    let table = ProgressTable(), start = ContinuousClock.now
    for (i, url) in photos.enumerated() {
      if let status = StopSignal.exitStatus {
        table.finish()
        complain("stopped after \(i) of \(photos.count) photos; nothing was written")
        throw ExitCode(status)
      }
      var row = Row(photo: url.lastPathComponent)
      do {
        let began = ContinuousClock.now
        let read = try reader.lifted(try ImageFile.read(url), name: url.relativePath)
        let avatar = try PortraitLift(read)
        (row.seconds, row.notices) = ((ContinuousClock.now - began) / .seconds(1), read.notices)
        let views = PortraitViews(
          avatar, rest: avatar.state, photo: read.image, face: read.landmarks, calibration: avatar.calibration, identity: identity)
        let aside = try views.aside(), cosines = aside.map(\.identity)
        func mean(_ a: Double?, _ b: Double?) -> Double? { a.flatMap { a in b.map { (a + $0) / 2 } } }
        (row.identity35, row.identity20, row.identity0) = (mean(cosines[0], cosines[4]), mean(cosines[1], cosines[3]), cosines[2])
        let strip =
          [resize(read.image, width: Self.cell, height: Self.cell)] + aside.map { resize($0.image, width: Self.cell, height: Self.cell) }
        // A face that nobody recognises any more comes first.
        strips.append((row.identity20 ?? -1, strip))
        pending.append(strip)
        for motion in motions {
          let states = try motion.sequence(for: avatar.scene, notice: { _ in }).frames.map(\.state)
          let chosen = (0..<min(Self.drawn, states.count)).map {
            states[$0 * (states.count - 1) / max(1, min(Self.drawn, states.count) - 1)]
          }
          let (images, figures) = try views.driven(chosen, by: motion.url.lastPathComponent)
          row.driven.append(figures)
          let name = url.deletingPathExtension().lastPathComponent + "--" + motion.url.deletingPathExtension().lastPathComponent
          try ImageFile.write(Self.sheet([images]), to: folder.url.appending(path: name + ".png"))
        }
      } catch let error where PhotoFault.isOfPhoto(error) {
        row.refused = oneLine(error)
        complain(oneLine(error))
      }
      rows.append(row)
      if pending.count == Self.rows || (i == photos.count - 1 && !pending.isEmpty) {
        sheets += 1
        try ImageFile.write(Self.sheet(pending), to: folder.url.appending(path: "views-\(sheets).png"))
        pending = []
      }
      let left = (ContinuousClock.now - start) / .seconds(1) / Double(i + 1) * Double(photos.count - i - 1)
      table.show("\(i + 1) of \(photos.count) photos, \(Int(left)) s left", last: i + 1 == photos.count)
    }
    table.finish()
    guard !strips.isEmpty else { throw Failure.input("none of \(photos.count) files can be used; the lines above say why") }
    let worst = strips.sorted { $0.like < $1.like }.prefix(Self.worst).map(\.images)
    try ImageFile.write(Self.sheet(Array(worst)), to: folder.url.appending(path: "worst.png"))
    let report = Self.report(rows)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(report).write(to: folder.url.appending(path: "photos.json"))
    try folder.finish()
    print(Self.table(report))
    print("\nfigures   \(output)/photos.json\npictures  \(output)/views-1.png ... and worst.png")
  }

  private static func report(_ rows: [Row]) -> Report {
    let driven = rows.flatMap(\.driven)
    func median(_ values: [Double?]) -> Double? {
      let known = values.compactMap(\.self).sorted()
      guard !known.isEmpty else { return nil }
      return (known[(known.count - 1) / 2] + known[known.count / 2]) / 2
    }
    func mean(_ values: [Double?]) -> Double? {
      let known = values.compactMap(\.self)
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
    return Report(
      photos: rows, tried: rows.count, made: rows.count { $0.refused == nil }, refused: rows.count { $0.refused != nil },
      identity0: median(rows.map(\.identity0)), identity20: median(rows.map(\.identity20)), identity35: median(rows.map(\.identity35)),
      seconds: median(rows.map(\.seconds)), drivenIdentity: mean(driven.map(\.identityPhoto)), aed: mean(driven.map(\.aed)),
      apd: mean(driven.map(\.apd)))
  }

  private static func table(_ report: Report) -> String {
    func number(_ value: Double?) -> String { value.map { String(format: "%.3f", locale: nil, $0) } ?? "-" }
    var lines = ["\(report.made) of \(report.tried) photos became an avatar, \(report.refused) were refused"]
    lines.append(
      "identity to the photo, medians: \(number(report.identity0)) from the front, \(number(report.identity20)) at 20 and \(number(report.identity35)) at 35 degrees"
    )
    if let driven = report.drivenIdentity {
      lines.append("driven by others, means: identity \(number(driven)), AED \(number(report.aed)), APD \(number(report.apd))")
    }
    return lines.joined(separator: "\n")
  }

  /// Images of one size in rows.
  private static func sheet(_ rows: [[Tensor]]) -> Tensor {
    cat(rows.map { row in cat(row.map { resize($0, width: cell, height: cell) }, 1) }, 0)
  }
}

extension AtomicFolder.Kind {
  /// Figures and sheets of many photos.
  static let trial = AtomicFolder.Kind("folder of judged photos", marker: "photos.json")
}
