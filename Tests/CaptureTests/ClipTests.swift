import Capture
import Face
import Foundation
import Golden
import Media
import Testing
import Torch

/// Files that are no clips of a talking face: each ends with one line that names it, and leaves nothing behind.
@Suite struct BadClipTests {
  private func message(_ video: URL, _ output: URL, options: ClipOptions = ClipOptions()) -> String {
    do {
      _ = try ClipProcessor(video, output: output, options: options).run()
      return "no error"
    } catch { return "\(error)" }
  }
  /// Nothing stands beside the inputs, hidden or not.
  private func isClean(_ scratch: Scratch, except inputs: [String]) -> Bool {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: scratch.url.path)) ?? []
    return Set(all) == Set(inputs)
  }

  @Test func filesThatAreNoVideo() throws {
    let scratch = try Scratch()
    let text = scratch.url.appending(path: "text.mp4")
    try Data("once upon a time\n".utf8).write(to: text)
    let sound = scratch.url.appending(path: "sound.wav")
    try AudioFile.write([Float](repeating: 0.1, count: 16000), sampleRate: 16000, to: sound)
    let nothing = scratch.url.appending(path: "nothing.mp4")
    try Data().write(to: nothing)
    let absent = scratch.url.appending(path: "absent.mp4")
    for file in [text, sound, nothing, absent] {
      let words = message(file, scratch.url.appending(path: "out"))
      #expect(words.contains(file.lastPathComponent), "\(words)")
      #expect(!words.contains("\n"))
    }
    #expect(isClean(scratch, except: ["text.mp4", "sound.wav", "nothing.mp4"]))
  }

  @Test(.enabled(if: Assets.networksArePresent, "skipped: run scripts/setup first"))
  func aClipWithoutAFace() throws {
    let scratch = try Scratch()
    let video = scratch.url.appending(path: "clouds.mp4")
    let film = try VideoWriter(video, width: 128, height: 96)
    for i in 0..<12 { try film.append(Tensor.full([96, 128, 3], Double(40 + i), .uint8)) }
    try film.finish()
    let words = message(video, scratch.url.appending(path: "out"))
    #expect(words.contains("clouds.mp4") && words.contains("no-face"), "\(words)")
    #expect(isClean(scratch, except: ["clouds.mp4"]))

    // Stopped half way, it leaves nothing either.
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try ClipProcessor(video, output: scratch.url.appending(path: "out")).run { progress in if progress.done == 5 { throw Stop() } }
    }
    #expect(isClean(scratch, except: ["clouds.mp4"]))
  }

  @Test func whatIsThereIsNotReplacedUnasked() throws {
    let scratch = try Scratch()
    let video = scratch.url.appending(path: "a.mp4")
    let film = try VideoWriter(video, width: 64, height: 64)
    try film.append(Tensor.zeros([64, 64, 3], .uint8))
    try film.finish()
    let output = scratch.url.appending(path: "out")
    try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: output.appending(path: "diary.txt"))
    #expect(message(video, output).contains("exists already"))
    var options = ClipOptions()
    options.overwrite = true
    #expect(message(video, output, options: options).contains("not a dataset"))
    #expect(FileManager.default.fileExists(atPath: output.appending(path: "diary.txt").path))
    options.size = 63
    #expect(message(video, output, options: options).contains("--size 63"))
  }
}
