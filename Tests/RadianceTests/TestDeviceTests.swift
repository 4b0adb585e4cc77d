import Foundation
import Golden
import Testing
import Torch

@Suite struct TestDeviceTests {
  @Test func theNamedDeviceIsThere() { #expect(Device.test.rawValue.hasPrefix("cpu") || Device.hasCUDA) }

  /// With a device that is not there the other tests would compare the CPU with itself.
  @Test(arguments: ["meta", "gpu", "cuda:99", " cpu"]) func otherNamesAreIssues(name: String) {
    withKnownIssue {
      _ = Device.test(named: name)
    } matching: { issue in
      issue.comments.contains { $0.rawValue.hasPrefix("LIKENESS_TEST_DEVICE=\(name): device \"\(name)\" ") }
    }
    #expect(Device.test(named: "") == .cpu && Device.test(named: nil) == .cpu && Device.test(named: "cpu") == .cpu)
  }
}

/// What `.golden` does with files that the project has not seen.
@Suite struct GoldenFaultTests {
  @Test func filesOfAnotherFormAreFaultsAndEndNoOtherTest() async throws {
    // In the process that this test starts for a file.
    if let url = GoldenProcess.only {
      let file = try GoldenFile(url)
      #expect(try file["in.x"].matmul(file["in.y"]).size(0) == 2)
      return
    }
    let test = try #require(Test.current)
    let folder = FileManager.default.temporaryDirectory.appending(path: "golden-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func fault(_ name: String, _ tensors: [String: Tensor], _ metadata: [String: String] = [:]) async throws -> String? {
      let url = folder.appending(path: name)
      try Safetensors.write(tensors, metadata: metadata, to: url)
      return await GoldenProcess.shared.fault(of: test, with: url)
    }
    let x = Tensor.ones([2, 3])
    #expect(try await fault("sound", ["in.x": x, "in.y": .ones([3, 1])]) == nil)
    #expect(try await fault("shapes", ["in.x": x, "in.y": x])?.contains("mat1 and mat2 shapes cannot be multiplied") == true)
    #expect(try await fault("lacks", ["in.x": x])?.contains("lacks: tensor in.y is missing") == true)
    #expect(try await fault("values", ["in.x": .ones([1, 3]), "in.y": .ones([3, 1])])?.contains("Expectation failed") == true)
    let endless = ["procedural": #"{"rule": "crc32", "tensors": {"in.y": [3, 99999999999]}}"#]
    #expect(try await fault("endless", ["in.x": x], endless)?.contains("the shape of in.y cannot be") == true)
    let computed = ["procedural": #"{"rule": "splitmix64", "tensors": {"in.y": [3, 4]}}"#]
    #expect(try await fault("computed", ["in.x": x], computed) == nil)
    let url = folder.appending(path: "noise")
    try Data("this is no file of tensors".utf8).write(to: url)
    #expect(await GoldenProcess.shared.fault(of: test, with: url)?.contains("noise") == true)
  }
}
