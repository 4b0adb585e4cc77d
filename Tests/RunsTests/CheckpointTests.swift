import Foundation
import Runs
import Testing
import Torch

@Suite struct CheckpointTests {
  @Test func comesBackAsItWas() throws {
    try withFolder { folder in
      let url = folder.appending(path: "a.safetensors")
      let saved = makeCheckpoint(12, score: 0.25)
      try saved.write(to: url)
      let read = try Checkpoint.read(url)
      #expect(read.step == 12 && read.score == 0.25 && read.metadata == saved.metadata)
      #expect(read.tensors.keys.sorted() == saved.tensors.keys.sorted())
      for (name, tensor) in saved.tensors {
        #expect(read.tensors[name]?.shape == tensor.shape && read.tensors[name]?.dtype == tensor.dtype)
        #expect(read.tensors[name]?.floats == tensor.floats)
      }
    }
  }

  /// Every single bit, the header's included.
  @Test func aFlippedBitIsFound() throws {
    try withFolder { folder in
      let url = folder.appending(path: "a.safetensors")
      try makeCheckpoint(12, score: 0.25).write(to: url)
      let sound = try Data(contentsOf: url)
      var missed: [Int] = []
      for bit in 0..<sound.count * 8 {
        var data = sound
        data[bit / 8] ^= 1 << UInt8(bit % 8)
        try data.write(to: url)
        if (try? Checkpoint.read(url)) != nil { missed.append(bit) }
      }
      // JSON allows some other bytes for white space, of which the header has a few at its end.
      let padding = sound[8...].firstIndex(of: UInt8(ascii: "}")).map { _ in sound.lastIndex(of: UInt8(ascii: "}"))! } ?? 0
      #expect(missed.allSatisfy { $0 / 8 > padding && sound[$0 / 8] == UInt8(ascii: " ") }, "\(missed)")
    }
  }

  @Test func aNewerFormatIsRefusedPolitely() throws {
    try withFolder { folder in
      let url = folder.appending(path: "a.safetensors")
      try Safetensors.write(["x": Tensor([1 as Float])], metadata: ["likeness.checkpoint": "2", "anything": "else"], to: url)
      let refused = error(RunError.self) { try Checkpoint.read(url) }
      #expect(refused?.reason == .newer(version: "2", known: 1))
      #expect("\(refused!)".contains("update Likeness"))
      try Safetensors.write(["x": Tensor([1 as Float])], to: url)
      #expect(error(RunError.self) { try Checkpoint.read(url) } != nil)
    }
  }

  @Test func checksumsAreTheStandards() {
    #expect(CRC32C("123456789".utf8).value == 0xE306_9283)
    // RFC 3720, B.4: 32 zeros, 32 ones, 0...31.
    #expect(CRC32C([UInt8](repeating: 0, count: 32)).value == 0x8A91_36AA)
    #expect(CRC32C([UInt8](repeating: 0xFF, count: 32)).value == 0x62A8_AB43)
    #expect(CRC32C(0..<32).value == 0x46DD_794E)
    var pieces = CRC32C()
    for piece in ["123", "4", "56789"] { pieces.update(piece) }
    #expect(pieces.value == 0xE306_9283)
  }
}
