import Foundation
import Testing
import Torch

@Suite struct SafetensorsTests {
  @Test func comesBackAsItWas() throws {
    let tensors: [String: Tensor] = [
      "f32": Tensor([1.5, -2, .infinity] as [Float]), "f64": Tensor([0.1, 2] as [Double], [2, 1]), "i64": Tensor([Int.min, 7]),
      "u8": Tensor([1, 2, 3] as [UInt8]), "bool": Tensor([true, false, true]), "empty": .zeros([0, 3]), "scalar": Tensor(3 as Float),
      "f16": Tensor([1, 2, 3] as [Float]).to(.float16), "bf16": Tensor([1, 2, 3] as [Float]).to(.bfloat16),
      "i16": Tensor([-1, 300] as [Int16]), "i32": Tensor([-1, 70_000] as [Int32]), "i8": Tensor([-1, 5]).to(.int8),
      "turned": Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3]).t(), "quo\"te\n/é😀": .ones([1]),
    ]
    try withFolder { folder in
      let url = folder.appendingPathComponent("a.safetensors")
      try Safetensors.write(tensors, metadata: ["who": "wir \"selbst\"", "z": ""], to: url)
      let back = try Safetensors.read(url)
      #expect(back.metadata == ["who": "wir \"selbst\"", "z": ""])
      #expect(Set(back.tensors.keys) == Set(tensors.keys))
      for (name, tensor) in tensors {
        let other = try #require(back.tensors[name])
        #expect(other.shape == tensor.shape && other.dtype == tensor.dtype, "\(name)")
        #expect(other.withBytes { Array($0) } == tensor.withBytes { Array($0) }, "\(name)")
      }
      let again = folder.appendingPathComponent("b.safetensors")
      try Safetensors.write(back.tensors, metadata: back.metadata, to: again)
      let (one, two) = (try Data(contentsOf: url), try Data(contentsOf: again))
      #expect(one == two)
      let length = one.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      #expect(length % 8 == 0)
      // What is read may be changed in memory; the file stays.
      back.tensors["f32"]!.fill_(9)
      #expect(back.tensors["f32"]!.floats == [9, 9, 9])
      #expect(try Data(contentsOf: url) == one)
      #expect(try names(in: folder) == ["a.safetensors", "b.safetensors"])
    }
  }
}
