import Credentials
import Foundation
import Testing
import Torch

/// What a reader of others (c2pa-python, of the test tools that `scripts/setup --with-test-tools` fetches) says of signed files.
@Suite(.enabled(if: IndependentReader.place != nil, "skipped: c2pa-python is absent (scripts/setup --with-test-tools)"))
struct IndependentReaderTests {
  @Test func callsThemWhole() throws {
    try CredentialsTests.withFolder { folder in
      let files = try (CredentialsTests.files + CredentialsTests.others).map { try CredentialsTests.signed($0, in: folder) }
      let root = folder.appending(path: "roots.pem")
      try (Data(contentsOf: folder.appending(path: "chain.pem")) + Data(contentsOf: CredentialsTests.fixture("other_root.pem"))).write(
        to: root)
      let said = try IndependentReader.read(files, roots: root)
      for (file, words) in zip(files, said) {
        #expect(words.state == "Trusted" && words.failures.isEmpty, "\(file.lastPathComponent): \(words)")
      }
      let unknown = try IndependentReader.read(files, roots: nil)
      #expect(unknown.allSatisfy { $0.state == "Valid" }, "\(unknown)")
    }
  }

  /// It finds what ours finds.
  @Test(arguments: CredentialsTests.files) func findsAChangedByte(_ name: String) throws {
    try CredentialsTests.withFolder { folder in
      let file = try CredentialsTests.signed(name, in: folder), whole = try Data(contentsOf: file)
      let store = try #require(whole.range(of: Data("jumb".utf8)))
      var changed: [URL] = []
      // In the coded image, or a film's sound and images and its index.
      for (i, place) in (0..<25).map({ whole.count - 20 - $0 * 3 }).enumerated() where place > store.upperBound + 3000 || name == "g.png" {
        var bytes = whole
        bytes[place] ^= 0x10
        let copy = folder.appending(path: "\(i)-" + name)
        try bytes.write(to: copy)
        #expect((try? ContentCredentials.read(copy).state) != .valid)
        changed.append(copy)
      }
      let said = try IndependentReader.read(changed, roots: nil)
      #expect(said.allSatisfy { $0.state != "Valid" && $0.state != "Trusted" }, "\(said)")
    }
  }
}

private enum IndependentReader {
  struct Words: Decodable { let state: String, failures: [String] }
  /// The folder with the package.
  static let place: URL? = {
    let folders = sequence(first: URL(filePath: #filePath)) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
    let place = folders.map { $0.appending(path: ".deps/c2pa") }.first { FileManager.default.fileExists(atPath: $0.path + "/c2pa/c2pa.py") }
    return FileManager.default.isExecutableFile(atPath: "/usr/bin/env") ? place : nil
  }()
  private static let program = """
    import json, sys
    sys.path.insert(0, sys.argv[1])
    import c2pa
    trust = {"trust": {"trust_anchors": open(sys.argv[2]).read()}} if sys.argv[2] else {}
    kinds = {"png": "image/png", "jpg": "image/jpeg", "mp4": "video/mp4"}
    found = []
    for name in sys.argv[3:]:
      try:
        with open(name, "rb") as file:
          words = json.loads(c2pa.Reader(kinds[name[-3:]], file, context=c2pa.Context.from_dict(trust)).json())
        found.append({"state": words["validation_state"], "failures": [s["code"] for s in words.get("validation_status", [])]})
      except Exception as error:
        found.append({"state": "unreadable", "failures": [str(error)]})
    print(json.dumps(found))
    """

  static func read(_ files: [URL], roots: URL?) throws -> [Words] {
    let process = Process(), output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program, place!.path, roots?.path ?? ""] + files.map(\.path)
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return try JSONDecoder().decode([Words].self, from: data)
  }
}
