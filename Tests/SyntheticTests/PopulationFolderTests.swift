import Face
import Foundation
import Media
import Synchronization
import Synthetic
import Testing
import Torch

private func temporary(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "population-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}
private func crowd(_ count: Int = 5, seed: UInt64 = 0) throws -> Crowd {
  try Crowd(PopulationScript(count: count, views: 2, size: 48, seed: seed))
}

private final class Done: Sendable {
  let images = Mutex(0)
}

@Suite struct PopulationFolderTests {
  @Test func theFolderIsADataSet() throws {
    try temporary { root in
      let folder = try PopulationFolder(root, crowd: crowd())
      #expect(try folder.fill(lanes: 2))
      struct DataSet: Decodable {
        struct Entry: Decodable {
          var name: String
          var label: [Float]
          init(from decoder: Decoder) throws {
            var list = try decoder.unkeyedContainer()
            name = try list.decode(String.self)
            label = try list.decode([Float].self)
          }
        }
        var labels: [Entry]
      }
      let set = try JSONDecoder().decode(DataSet.self, from: Data(contentsOf: root.appending(path: "dataset.json")))
      #expect(set.labels.map(\.name) == (0..<5).map { "00000/img0000000\($0).png" })
      let record = try Safetensors.read(root.appending(path: "population.safetensors")).tensors
      #expect(record["person"]?.array(Int32.self) == [0, 0, 1, 1, 2])
      #expect(record["landmarks"]?.shape == [5, 478, 3] && record["identity"]?.size(0) == 3 && record["placement"]?.shape == [3, 13])
      for (i, entry) in set.labels.enumerated() {
        let shot = folder.crowd.shot(i), image = folder.crowd.sitter(shot.person).image(shot)
        #expect(entry.label == shot.view.label && record["label"]?[.at(i)].floats == entry.label)
        #expect(try ImageFile.read(root.appending(path: entry.name)).array(UInt8.self) == image.rgb.array(UInt8.self))
        let mask = SemanticClass.labels(of: try ImageFile.read(root.appending(path: "masks/" + entry.name)))
        #expect(mask.array(UInt8.self) == image.labels.array(UInt8.self))
        let depth = try ImageFile.readDeep(root.appending(path: "depth/" + entry.name)).floats
        #expect(zip(depth, image.depth).allSatisfy { abs($0 / 10_000 - $1) <= 0.000051 })
      }
    }
  }

  @Test func whatWasFinishedIsKept() throws {
    try temporary { root in
      do {
        let first = try PopulationFolder(root, crowd: crowd()), done = Done()
        // Stopped after two images.
        #expect(
          try !first.fill(lanes: 1, stop: { done.images.withLock { $0 >= 2 } }, progress: { now in done.images.withLock { $0 = now } }))
        #expect(first.missing == [2, 3, 4])
        #expect(!FileManager.default.fileExists(atPath: root.appending(path: "dataset.json").path))
        // One of the finished files is cut short, as a power cut may do.
        let cut = root.appending(path: "masks/00000/img00000000.png")
        try Data(contentsOf: cut).prefix(100).write(to: cut)
      }
      let second = try PopulationFolder(root, crowd: crowd())
      #expect(second.missing == [0, 2, 3, 4])
      #expect(try second.fill(lanes: 2))
      try temporary { whole in
        _ = try PopulationFolder(whole, crowd: crowd()).fill(lanes: 1)
        for name in [
          "00000/img00000004.png", "masks/00000/img00000000.png", "depth/00000/img00000002.png", "dataset.json", "population.safetensors",
        ] {
          #expect(try Data(contentsOf: root.appending(path: name)) == Data(contentsOf: whole.appending(path: name)))
        }
      }
    }
  }

  @Test func foldersOfSomethingElseAreRefused() throws {
    try temporary { root in
      try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
      try Data("x".utf8).write(to: root.appending(path: "notes.txt"))
      #expect(throws: PopulationError.self) { try PopulationFolder(root, crowd: crowd()) }
      #expect(throws: PopulationError.self) { try PopulationFolder(root.appending(path: "notes.txt"), crowd: crowd()) }
    }
    try temporary { root in
      _ = try PopulationFolder(root, crowd: crowd()).fill(lanes: 1)
      #expect(throws: PopulationError.self) { try PopulationFolder(root, crowd: crowd(seed: 1)) }
      #expect(throws: PopulationError.self) { try PopulationFolder(root, crowd: crowd(4)) }
      #expect(try PopulationFolder(root, crowd: crowd()).missing.isEmpty)
      let larger = try PopulationFolder(root, crowd: crowd(7))
      #expect(larger.missing == [5, 6])
      #expect(throws: PopulationError.self) { try PopulationFolder(root, crowd: crowd(7)) }
    }
  }

  /// Whoever is refused has changed nothing: the first one's settings stand, and it goes on from them.
  @Test func aSecondOneChangesNothing() throws {
    try temporary { root in
      let settings = root.appending(path: "population.json")
      try withExtendedLifetime(PopulationFolder(root, crowd: crowd())) {
        let before = try Data(contentsOf: settings)
        let error = #expect(throws: PopulationError.self) { try PopulationFolder(root, crowd: crowd(9)) }
        #expect(error?.description.contains("is being filled by another process") == true)
        #expect(try Data(contentsOf: settings) == before)
      }
      #expect(try PopulationFolder(root, crowd: crowd()).missing.count == 5)
    }
  }
}
