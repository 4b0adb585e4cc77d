import Foundation
import Golden
import Perception
import Testing
import Torch

/// Files that users bring, and how they come here.
@Suite struct ModelTests {
  @Test func sha256() throws {
    func sum(_ text: String, pieces: Int = .max) -> String {
      var sum = SHA256()
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: min(pieces, max(bytes.count, 1))) {
        bytes[start..<min(start + min(pieces, bytes.count), bytes.count)].withUnsafeBytes { sum.update($0) }
      }
      return sum.hexadecimal()
    }
    #expect(sum("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(sum("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
    #expect(sum(long) == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    let million = String(repeating: "a", count: 1_000_000)
    for pieces in [63, 64, 65, 4096] {
      #expect(sum(million, pieces: pieces) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }
  }

  @Test func whereFilesAreLookedFor() throws {
    let folders = ModelLibrary.folders(Environment(["LIKENESS_MODELS": "/a", "LIKENESS_DEPS": "/b", "HOME": "/c"]))
    #expect(folders.map(\.path) == ["/a", "/b/models", "/c/.cache/likeness/models"])
    #expect(ModelLibrary.downloads(Environment(["LIKENESS_MODELS": "/a", "HOME": "/c"]))?.path == "/a")
    #expect(ModelLibrary.downloads(Environment(["XDG_CACHE_HOME": "/x", "HOME": "/c"]))?.path == "/x/likeness/models")
    try withFolder { folder in
      #expect(ModelLibrary.find(.syncNet, in: [folder]) == nil)
      let error = #expect(throws: ModelMissing.self) { try ModelLibrary.require(.syncNet, in: [folder]) }
      #expect(error.map { "\($0)".contains(folder.path) && !"\($0)".contains("\n") } == true)
      try Data([1]).write(to: folder.appending(path: "parsing_bisenet.pth"))
      #expect(ModelLibrary.find(.faceParser, in: [folder])?.lastPathComponent == "parsing_bisenet.pth")
    }
    for file in ModelFile.allCases {
      #expect(file.description.address.hasPrefix("https://") && file.description.sha256?.wholeMatch(of: #/[0-9a-f]{64}/#) != nil)
    }
  }

  @Test func filesAreCheckedStrictly() throws {
    try withFolder { folder in
      let url = folder.appending(path: "own.safetensors")
      let network = MobileFaceNet(Generator(seed: 1))
      try Safetensors.write(network.namedState(prefix: "state_dict.module."), to: url)
      let check = try ModelCheck(url)
      #expect(check.file == .mobileFaceNet && check.tensors == network.state().count && !check.isPublished)
      var state = network.namedState()
      state["conv1.conv.weight"] = nil
      let named = folder.appending(path: "068.ckpt")
      try Safetensors.write(state, to: named)
      let missing = #expect(throws: (any Error).self) { try ModelCheck(named) }
      #expect(missing.map { "\($0)".hasPrefix(named.path) } == true)
      try Safetensors.write(["a": .zeros([1])], to: url)
      let other = #expect(throws: ModelFileError.self) { try ModelCheck(url) }
      #expect(other.map { "\($0)".contains("\"a\"") && !"\($0)".contains("\n") } == true)
    }
  }
  @Test(.enabled(if: exist("weights/mobilefacenet_id_068.ckpt"), "skipped: ../shared is absent")) func publishedFilesAreKnown() throws {
    for (name, file) in [("mobilefacenet_id_068.ckpt", ModelFile.mobileFaceNet), ("lpips_lin_v0.1_vgg.pth", .lpipsVGG)] {
      let check = try ModelCheck(assets("weights/\(name)"))
      #expect(check.file == file && check.isPublished)
    }
  }

  @Test func networksAreMadeOfWhatIsThere() throws {
    try withFolder { folder in
      #expect(throws: ModelMissing.self) { try ModelLibrary.lpips(in: [folder]) }
      #expect(throws: ModelMissing.self) { try ModelLibrary.faceParser(in: [folder]) }
      #expect(throws: ModelMissing.self) { try ModelLibrary.syncNet(in: [folder]) }
      #expect(throws: ModelMissing.self) { try ModelLibrary.identity(in: [folder]) }
      try Safetensors.write(MobileFaceNet(Generator(seed: 1)).namedState(), to: folder.appending(path: "068.ckpt"))
      #expect(try ModelLibrary.identity(in: [folder]) is MobileFaceNet)
      let network = LPIPS(.squeeze, Generator(seed: 1))
      try Safetensors.write(network.backbone.namedState(), to: folder.appending(path: "squeezenet1_1-b8a52dc0.pth"))
      let heads = network.heads.layers.enumerated().map { ("lin\($0).model.1.weight", $1.weight) }
      try Safetensors.write(Dictionary(uniqueKeysWithValues: heads), to: folder.appending(path: "squeeze.pth"))
      let (a, b) = (image("in.a", [1, 3, 64, 64]), image("in.b", [1, 3, 64, 64]))
      #expect(try ModelLibrary.lpips(.squeeze, in: [folder])(a, b).item == network(a, b).item)
    }
  }

  // MARK: - Downloads

  /// A program in curl's place.
  private func curl(_ script: String, in folder: URL) throws -> URL {
    let url = folder.appending(path: "curl")
    try "#!/bin/sh\n\(script)\n".write(to: url, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
    return url
  }
  private func description(_ sum: String, size: Int = 100, address: String = "https://example.org/a.pth") -> ModelFile.Description {
    ModelFile.Description(purpose: "tests", fileNames: ["a.pth"], address: address, licence: "none", sha256: sum, size: size)
  }
  private let hello = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"

  @Test func downloadsAreWholeOrNotThere() throws {
    try withFolder { folder in
      let models = folder.appending(path: "new/models")
      let program = try curl(#"echo "$*" > "$0.arguments"; echo hello"#, in: folder)
      let url = try ModelDownload.fetch(description(hello), into: models, curl: program)
      #expect(try Data(contentsOf: url) == Data("hello\n".utf8) && url.lastPathComponent == "a.pth")
      let arguments = try String(contentsOf: folder.appending(path: "curl.arguments"), encoding: .utf8)
      #expect(arguments.contains("--proto =https --proto-redir =https") && arguments.hasSuffix("-- https://example.org/a.pth\n"))
      try FileManager.default.removeItem(at: url)

      let failures: [(script: String, words: String, description: ModelFile.Description)] = [
        ("echo hallo", "SHA-256", description(hello)), ("exec cat /dev/zero", "longer than", description(hello)),
        ("echo 'curl: (6) Could not resolve host' >&2; echo; exit 6", "(curl: (6) Could not resolve host)", description(hello)),
        ("kill -9 $$", "cannot be downloaded", description(hello)),
        ("echo hello", "no https address", description(hello, address: "http://example.org/a.pth")),
      ]
      for failure in failures {
        let program = try curl(failure.script, in: folder)
        let error = #expect(throws: DownloadError.self) { try ModelDownload.fetch(failure.description, into: models, curl: program) }
        #expect(
          error.map { "\($0)".contains(failure.words) && !"\($0)".contains("\n") } == true, "\(failure.words): \(String(describing: error))"
        )
        #expect(try FileManager.default.contentsOfDirectory(atPath: models.path).isEmpty)
      }
      #expect(throws: DownloadError.self) {
        try ModelDownload.fetch(description(hello), into: models, curl: folder.appending(path: "none"))
      }
    }
  }
}
