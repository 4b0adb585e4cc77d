import ArgumentParser
import Consent
import Exchange
import Face
import Foundation
import Media
import Portrait
import Torch

/// Writes a photo's avatar as meshes: one in files of one name, or many in a folder that is there whole or not at all.
struct MeshExport {
  enum Format: String, ExpressibleByArgument, CaseIterable { case obj, ply }
  /// What `Export` is told, which stands in every file.
  static let space = [
    "made by likeness from one photo: a synthetic likeness of a person, to be used only as that person has agreed to",
    "meters (estimated); right-handed, +y up, the face at rest looks along +z, +x is the person's left",
  ]
  private static let kind = AtomicFolder.Kind("folder of meshes", marker: "meshes.json")

  private let mesher: PortraitMesher
  private let name: String
  private let consent: ConsentRecord?

  /// `name` is what the texture and the material file are called.
  init(_ avatar: PortraitLift, name: String) {
    (mesher, self.name, consent) = (PortraitMesher(avatar), name, avatar.consent)
  }
  private var comments: [String] { Self.space + (consent.map { [CarriedConsent.line($0)] } ?? []) }

  /// A name without spaces, which many programs read wrongly in .obj and .mtl files.
  static func plain(_ name: String) -> String { String(name.map { $0.isWhitespace ? "_" : $0 }) }
  /// See `PortraitMesher.shapes`.
  var shapes: [(name: String, state: FaceState)] { mesher.shapes }

  /// Files of one mesh of what was loaded from `source`; throws `Failure` where one is there and must stay.
  func write(_ state: FaceState, to url: URL, as format: Format, overwrite: Bool, source: URL) throws {
    let folder = url.deletingLastPathComponent()
    let files = names(url.lastPathComponent, format)
    if let same = files.first(where: { isSameFile(folder.appending(path: $0).path, source.path) }) {
      throw Failure.usage("\(folder.appending(path: same).relativePath): is what is read and would be replaced; name another --output")
    }
    if !overwrite, let there = files.first(where: { FileManager.default.fileExists(atPath: folder.appending(path: $0).path) }) {
      let place = folder.appending(path: there).relativePath
      throw Failure.usage("\(place): is there already; name another --output, or replace it with --overwrite")
    }
    let mesh = try mesher.mesh(state)
    // The mesh comes last: it names the others.
    for (file, data) in try shared(format) { try AtomicFile.write(data, to: folder.appending(path: file)) }
    try AtomicFile.write(data(mesh, format), to: url)
  }

  private struct Contents: Codable {
    var format, texture, unit, up, front: String
    var fps: Double?
    var meshes: [String]
    var consent: ConsentRecord?
  }
  /// A folder of meshes, each called as in `states`; `fps` where they follow each other in time. Returns how many, nil where `shouldStop`
  /// said so.
  func write(
    _ states: [(name: String, state: FaceState)], fps: Double?, to url: URL, as format: Format, overwrite: Bool,
    progress: (Int) -> Void, shouldStop: () -> Bool
  ) throws -> Int? {
    let folder = try AtomicFolder(url, Self.kind, replace: overwrite)
    for (file, data) in try shared(format) { try AtomicFile.write(data, to: folder.url.appending(path: file)) }
    for (i, entry) in states.enumerated() {
      guard !shouldStop() else { return nil }
      let file = folder.url.appending(path: "\(entry.name).\(format.rawValue)")
      try AtomicFile.write(data(try mesher.mesh(entry.state), format), to: file)
      progress(i + 1)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let contents = Contents(
      format: format.rawValue, texture: "\(name).png", unit: "meter", up: "+y", front: "+z", fps: fps,
      meshes: states.map { "\($0.name).\(format.rawValue)" }, consent: consent)
    try AtomicFile.write(try encoder.encode(contents), to: folder.url.appending(path: Self.kind.marker))
    try folder.finish()
    return states.count
  }

  private func names(_ mesh: String, _ format: Format) -> [String] {
    [mesh] + (format == .obj ? ["\(name).mtl", "\(name).png", "\(name)-opacity.png"] : ["\(name).png"])
  }
  /// What all meshes need beside them.
  private func shared(_ format: Format) throws -> [(String, Data)] {
    let texture = mesher.texture
    let image = ("\(name).png", try ImageFile.png(texture))
    guard format == .obj else { return [image] }
    // Some programs take an opacity image's brightness, others (Blender) its own opacity: it is both.
    let opacity = texture.narrow(2, 3, 1).repeated(1, 1, 4)
    return [
      image, ("\(name)-opacity.png", try ImageFile.png(opacity)),
      ("\(name).mtl", WavefrontFile.material(texture: "\(name).png", opacity: "\(name)-opacity.png", comments: comments)),
    ]
  }
  private func data(_ mesh: TexturedMesh, _ format: Format) -> Data {
    switch format {
    case .obj: WavefrontFile.object(mesh, material: "\(name).mtl", comments: comments)
    case .ply: PolygonFile.data(mesh, texture: "\(name).png", comments: comments)
    }
  }
}
