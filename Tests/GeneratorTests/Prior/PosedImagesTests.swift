import Foundation
import Generator
import Media
import Testing
import Torch

@Suite struct PosedImagesTests {
  @Test func imagesCamerasMasksAndDepthsAreRead() throws {
    try withTinyFolder { url in
      try TinyHeads.write(to: url, size: 32)
      let folder = try PosedFolder(url)
      #expect(folder.entries.count == 12 && folder.entries[0].name == "0/view0.png")
      var told: [Int] = []
      let loaded = try PosedImages(folder, size: 16, depthSize: 8, background: .white, progress: { done, _ in told.append(done) })
      let images = try #require(loaded)
      #expect(images.count == 12 && images.hasMasks && images.hasDepths && told == [12])
      #expect(try PosedImages(folder, size: 16, depthSize: 8, limit: 5)?.count == 5)
      #expect(try PosedImages(folder, size: 16, depthSize: 8, shouldStop: { true }) == nil)
      let whole = images.draw(12, Generator(seed: 1))
      #expect(whole.bytes.shape == [12, 3, 16, 16] && whole.depth?.shape == [12, 1, 8, 8])
      // A corner is no head: white there, without coverage and depth; the middle is the ball, as far as its front.
      let corner = whole.bytes[.all, .all, 0, 0]
      #expect(corner.to(.float32).min().item == 255)
      #expect(whole.coverage?[0, 0, 0, 0].item == 0 && whole.coverage?[0, 0, 8, 8].item == 255)
      #expect(whole.depth?[0, 0, 0, 0].item == 0)
      #expect(abs((whole.depth?[0, 0, 4, 4].item ?? 0) - 2.4) < 0.05)
    }
  }

  /// A mirror image's camera is where the mirror shows it: the image of a ball that is its own mirror image tells.
  @Test func mirrorImagesHaveTheMirroredCamera() throws {
    try withTinyFolder { url in
      try TinyHeads.write(to: url, people: 1, views: 2, size: 32)
      let loaded = try PosedImages(try PosedFolder(url), size: 32, depthSize: 8, mirrors: true)
      let images = try #require(loaded)
      let drawn = images.draw(64, Generator(seed: 3))
      // The two views lie at yaw -0.3 and 0.3: mirrored, the one has the other's camera.
      let right = (drawn.label[.all, 3] .> 0), first = drawn.label[0, 3].item
      for i in 1..<64 where (drawn.label[.at(i), 3].item > 0) == (first > 0) {
        #expect((drawn.label[.at(i)] - drawn.label[0]).abs().max().item < 1e-5)
        // Shading differs, the silhouette does not.
        let mask = (drawn.depth?[.at(i)] ?? drawn.label) .> 0, other = (drawn.depth?[0] ?? drawn.label) .> 0
        #expect((mask .== other).to(.float32).mean().item > 0.9)
      }
      #expect(right.to(.float32).mean().item > 0.2 && right.to(.float32).mean().item < 0.8)
    }
  }

  /// Each mistake ends in one line that names the file.
  @Test func whatIsWrongIsSaidBeforeAnythingIsTrained() throws {
    func refuses(_ words: String..., change: (URL) throws -> Void) throws {
      try withTinyFolder { url in
        try TinyHeads.write(to: url, people: 1, views: 3, size: 16)
        try change(url)
        do {
          _ = try PosedImages(try PosedFolder(url), size: 16, depthSize: 8, background: .white)
          Issue.record("nothing wrong with: \(words)")
        } catch {
          let text = "\(error)"
          #expect(!text.contains("\n"))
          for word in words { #expect(text.contains(word), "\(text)") }
        }
      }
    }
    func edit(_ url: URL, _ change: (String) -> String) throws {
      let file = url.appending(path: "dataset.json")
      try Data(change(try String(contentsOf: file, encoding: .utf8)).utf8).write(to: file)
    }
    let image = "0/view1.png"
    try refuses("dataset.json", "cannot be read") { try FileManager.default.removeItem(at: $0.appending(path: "dataset.json")) }
    try refuses("dataset.json", "is not a list of cameras") { try edit($0) { _ in "[1, 2]" } }
    try refuses("dataset.json", "is not a list of cameras") {
      try edit($0) { $0.replacingOccurrences(of: "[4.", with: "[null, 4.").replacingOccurrences(of: "0.5", with: "\"x\"") }
    }
    try refuses("dataset.json", "lists no images") { try edit($0) { _ in #"{"labels": []}"# } }
    try refuses("dataset.json", "twice") { try edit($0) { $0.replacingOccurrences(of: "view2", with: "view1") } }
    try refuses(image, "is missing") { try FileManager.default.removeItem(at: $0.appending(path: image)) }
    try refuses(image) { try Data("no picture".utf8).write(to: $0.appending(path: image)) }
    try refuses(image, "16 x 16") { try ImageFile.write(.zeros([20, 20, 3], .uint8), to: $0.appending(path: image)) }
    try refuses("0/view0.png", "square") { try ImageFile.write(.zeros([16, 20, 3], .uint8), to: $0.appending(path: "0/view0.png")) }
    try refuses("masks") { try FileManager.default.removeItem(at: $0.appending(path: "masks")) }
    try refuses("depth/\(image)") { try Data("xx".utf8).write(to: $0.appending(path: "depth/\(image)")) }
    try refuses("depth/\(image)", "16 x 16") {
      try ImageFile.png([UInt16](repeating: 1, count: 400), width: 20).write(to: $0.appending(path: "depth/\(image)"))
    }
    func label(_ values: [Float]) -> (String) -> String {
      { _ in #"{"labels": [["0/view0.png", [\#(values.map { "\($0)" }.joined(separator: ","))]]]}"# }
    }
    let good = CameraSampler().middle.values
    try refuses("0/view0.png", "24 numbers") { try edit($0, label(Array(good.dropLast()))) }
    var stretched = good
    stretched[0] *= 1.1
    try refuses("0/view0.png", "is not a camera") { try edit($0, label(stretched)) }
    var pixels = good
    for i in 16..<22 { pixels[i] *= 512 }
    try refuses("0/view0.png", "pixels") { try edit($0, label(pixels)) }
    var flat = good
    flat[20] = 0
    try refuses("0/view0.png", "focal length") { try edit($0, label(flat)) }
  }
}
