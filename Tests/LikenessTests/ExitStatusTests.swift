import Datasets
import Face
import Foundation
import Generator
import Media
import Perception
import Photos
import Portrait
import Runs
import Speech
import Study
import Subject
import Synthetic
import Testing
import Texture
import Torch
import Tracking
import likeness

/// Which exit code an error stands for: scripts rely on these.
@Suite struct ExitStatusTests {
  private static let url = URL(filePath: "file")

  static let table: [(any Error, Int32)] = [
    (Failure.usage("x"), 64), (Failure.input("x"), 65), (Failure.other("x"), 1),
    (PerformerError.script("x"), 64), (PerformerError.noVoice, 1), (PerformerError.voice("x"), 1), (PerformerError.synthesis, 1),
    (PopulationError.script("x"), 64), (PopulationError.folder("x", "y"), 65), (PopulationError.space("x", needed: 2, free: 1), 1),
    (TextureError.configuration("x"), 64), (TextureError.noFrames("x"), 65), (TextureError.file(url, "x"), 65),
    (TextureError.image(url, [1]), 65),
    (PortraitError.configuration("x"), 64), (PortraitError.file(url, "x"), 65), (PortraitError.driving(found: 1, expected: 2), 65),
    (PortraitError.otherFaceModel(found: "x", expected: "y"), 65), (PortraitError.otherModel("x"), 65),
    (SubjectError.onlyPlanesAreBaked("x"), 64), (SubjectError.exactIsNotBaked, 64), (SubjectError.needsSpeech, 64),
    (SubjectError.hearsNothing, 64), (SubjectError.scene(url, "x"), 65), (SubjectError.file(url, "x"), 65),
    (SubjectError.driving(found: 1, expected: 2), 65), (SubjectError.noFrames("x"), 65), (SpeechError.noSound(url), 65),
    (SpeechError.noSpeech(url), 65), (SubjectError.nothingTracked("x"), 65), (SubjectError.noModel("x"), 65),
    (SubjectError.otherModel(found: (1, 1), expected: (2, 2)), 65),
    (StudyError.noSuchRow("x", known: []), 64), (StudyError.exists("x"), 65), (StudyError.absent("x"), 65),
    (StudyError.damaged("x", "y"), 65), (StudyError.newer("x", version: 9), 65),
    (DeviceError.unknown("x"), 64), (DeviceError.absent("x", count: 0), 64),
    (CaptureError(.badInput, "x"), 65), (CaptureError(.setUp, "x"), 1), (SpeechError(.badInput, "x"), 65), (SpeechError(.setUp, "x"), 1),
    (FileError(url, "cannot read", kind: .input), 65), (FileError(url, "cannot write"), 1),
    (RunError(url, .busy(1)), 1), (RunError(url, .notARun), 65), (RunError(url, .exists), 65), (RunError(url, .damaged("x")), 65),
    (DatasetError.missing(url, hint: "x"), 65), (DatasetError.broken(url, "x"), 65), (DatasetError.unusable("x"), 65),
    (ModuleError.missing("x"), 65), (PhotoError("x", .noFace), 65), (Face.ModelFileError(url, "x"), 65),
    (CocoaError(.fileNoSuchFile), 1),
  ]

  @Test func everyKindHasItsCode() {
    for (error, status) in Self.table { #expect(exitStatus(of: error) == status, "\(error)") }
  }

  private func status(_ body: () throws -> Void) -> Int32 {
    do { try body() } catch { return exitStatus(of: error) }
    return 0
  }

  /// Whether a file was to be read or to be written decides, not how the sentence begins.
  @Test func filesAreReadAndWritten() throws {
    try withFolder { folder in
      let absent = folder.appending(path: "absent")
      #expect(status { _ = try Safetensors.read(absent) } == 65)
      #expect(status { _ = try Safetensors.read(folder) } == 65)
      #expect(status { _ = try FileFeatures(absent) } == 65)
      #expect(status { _ = try FileFeatures(folder) } == 65)
      #expect(status { _ = try VideoReader(absent) } == 65)
      #expect(status { _ = try RunFolder.open(absent) } == 65)
      #expect(status { try AtomicFile.write(Data([1]), to: absent.appending(path: "deeper/file")) } == 1)
      #expect(status { try AtomicFile.write(Data([1]), to: folder) } == 1)
    }
  }

  /// A head model's file that is broken is the user's to mend.
  @Test func aBrokenHeadModelIsBadInput() throws {
    try withFolder { folder in
      let file = folder.appending(path: "ict.safetensors")
      try Safetensors.write(["x": Tensor([1] as [Float])], metadata: [:], to: file)
      let ended = try Tool.run(
        "synth", "population", "--output", "people", "--count", "2", "--model", "ict.safetensors", in: folder)
      #expect(ended.status == 65, "\(ended.errors)")
      #expect(ended.errors.contains("ict.safetensors"))
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "people").path))
    }
  }

  /// An error that does not say its kind would exit with 1, whoever is at fault.
  @Test func everyErrorOfThePackageSaysItsKind() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for line in text.split(separator: "\n") where line.contains(": Error, CustomStringConvertible") {
        Issue.record("\(file.lastPathComponent): \(line) says no kind; adopt KindedError")
      }
    }
  }
}
