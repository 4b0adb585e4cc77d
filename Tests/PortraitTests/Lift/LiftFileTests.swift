import Face
import Foundation
import Portrait
import Runs
import Testing
import Torch

/// Portraits in files.
@Suite struct LiftFileTests {
  private static func place(_ name: String) -> URL {
    FileManager.default.temporaryDirectory.appending(path: "lift-\(UInt32.random(in: 0 ... .max))-\(name)")
  }

  @Test func aFileGivesTheSameAvatar() throws {
    let url = Self.place("a.portrait")
    defer { try? FileManager.default.removeItem(at: url) }
    let person = DrawnPerson(), avatar = try PortraitLift(person.photo, model: person.model)
    try avatar.write(to: url)
    #expect(PortraitLift.isLift(url))
    let again = try PortraitLift(file: url, model: person.model)
    #expect(again.camera == avatar.camera && again.state == avatar.state && again.photo == "drawn.png")
    let state = person.doing(["jawOpen": 0.6, "eyeBlinkLeft": 0.5])
    let one = try avatar.render(state, camera: person.camera), two = try again.render(state, camera: person.camera)
    #expect(one.rgb.floats == two.rgb.floats)
  }

  /// Files that are cut, of another kind, or sound in form and impossible in what they hold are refused in one line that names them.
  @Test func brokenFilesAreRefused() throws {
    let url = Self.place("b.portrait")
    // Tensors share the memory of the file that they come from, which must not be written over.
    let sound = Self.place("sound.portrait")
    defer { for file in [url, sound] { try? FileManager.default.removeItem(at: file) } }
    let person = DrawnPerson()
    try PortraitLift(person.photo, model: person.model).write(to: sound)
    let whole = try Data(contentsOf: sound), file = try Checkpoint.read(sound)
    func refused(_ what: String) {
      #expect(throws: (any Error).self, "\(what)") {
        do { _ = try PortraitLift(file: url, model: person.model) } catch {
          let text = "\(error)"
          #expect(error is any KindedError && text.contains(url.lastPathComponent) && !text.contains("\n"), "\(what): \(text)")
          throw error
        }
      }
    }
    for (count, what) in [(0, "empty"), (100, "a beginning"), (whole.count - 7, "cut")] {
      try whole.prefix(count).write(to: url, options: .atomic)
      refused(what)
    }
    try Data("no portrait at all".utf8).write(to: url, options: .atomic)
    refused("text")
    #expect(!PortraitLift.isLift(url))
    func with(_ name: String, _ tensor: Tensor?) throws {
      var tensors = file.tensors.mapValues { $0.clone() }
      tensors[name] = tensor
      try Checkpoint(step: 0, tensors: tensors, metadata: file.metadata).write(to: url)
      refused(name)
    }
    try with("plate", nil)
    try with("extra", Tensor([Float(1)]))
    try with("texture", Tensor.zeros([4, 4, 3], .uint8))
    try with("plate", Tensor.zeros([4, 4, 3], .uint8))
    try with("links", file.tensors["links"]!.clone() + 5_000_000)
    try with("triangles", file.tensors["triangles"]!.clone() - 1)
    try with("kinds", file.tensors["kinds"]!.clone() + 100)
    try with("base", file.tensors["base"]!.narrow(0, 0, 10).contiguous())
    try with("base", file.tensors["base"]! * 1e9)
    try with("numbers", file.tensors["numbers"]! * Double.nan)
    for (key, value) in [("version", "2"), ("format", "another"), ("coarse", "generator"), ("portrait", "{}")] {
      var metadata = file.metadata
      metadata[key] = value
      try Checkpoint(step: 0, tensors: file.tensors.mapValues { $0.clone() }, metadata: metadata).write(to: url)
      refused(key)
    }
    for (from, to) in [("\"focal\":[560,560]", "\"focal\":[0,560]"), ("\"width\":192", "\"width\":1000000000"), ("builtin", "other")] {
      var metadata = file.metadata
      metadata["portrait"] = metadata["portrait"]?.replacing(from, with: to)
      #expect(metadata["portrait"] != file.metadata["portrait"], "\(from)")
      try Checkpoint(step: 0, tensors: file.tensors.mapValues { $0.clone() }, metadata: metadata).write(to: url)
      refused(from)
    }
  }
}
