import Foundation
import Torch

/// The phone recogniser `hama` 1.7.0 (Apache-2.0), opened when it is first needed: the tool is neither built against it nor needs it.
///
/// `scripts/setup --with-hama` fetches it. It is native code of a stranger, so its files are compared with their SHA-256 before any is loaded.
package final class HamaLibrary: @unchecked Sendable {
  package static let version = "1.7.0"
  static let remedy = "run scripts/setup --with-hama, or use mel features"
  /// The files and their SHA-256, those in `scripts/setup`.
  private static let code = ("libhama.so", "85cdfdfdca1894faba892976b035fe98efe0ecdd10bc20887f5e6aecdcb99fbf")
  private static let weights = ("asr_waveform.hama", "a9fcfe73e179ca48e399cd76a90a6b3e1887bf5037ecc52b778d13a149563328")

  let load: @convention(c) (UnsafeRawPointer?, Int) -> OpaquePointer?
  let free: @convention(c) (OpaquePointer?) -> Void
  /// The rows that so many samples give.
  let rows: @convention(c) (Int64) -> Int64
  /// Model, samples, their number, room for the rows, room for how many of them hold; negative where it fails.
  let run:
    @convention(c) (OpaquePointer?, UnsafePointer<Float>?, Int64, UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Int64>?) -> Int64
  let model: Data
  package let folder: URL

  private static let opened = Result { try HamaLibrary(standardFolder()) }
  package static func shared() throws -> HamaLibrary { try opened.get() }

  private static func standardFolder() throws -> URL {
    guard let file = try? DependencyFolder.file("hama/\(code.0)") else {
      throw SpeechError(.setUp, "hama/\(code.0): not found in .deps; it is optional: \(remedy)")
    }
    return file.deletingLastPathComponent()
  }

  /// What is in `folder`; throws `SpeechError` where a file is absent or another one, of which nothing is loaded then.
  package init(_ folder: URL) throws {
    self.folder = folder
    _ = try Self.checked(Self.code, in: folder)
    model = try Self.checked(Self.weights, in: folder)
    let path = folder.appending(path: Self.code.0).path
    guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw SpeechError(.setUp, "\(path): \(String(cString: dlerror())); \(Self.remedy)")
    }
    func symbol<F>(_ name: String, _: F.Type = F.self) throws -> F {
      guard let address = dlsym(library, name) else {
        throw SpeechError(.setUp, "\(path): \(name) is missing, so this is another version; \(Self.remedy)")
      }
      return unsafeBitCast(address, to: F.self)
    }
    load = try symbol("hama_asr_load")
    free = try symbol("hama_asr_free")
    rows = try symbol("hama_asr_num_frames")
    run = try symbol("hama_asr_run")
  }

  private static func checked(_ file: (name: String, sha256: String), in folder: URL) throws -> Data {
    let url = folder.appending(path: file.name)
    guard let bytes = try? Data(contentsOf: url) else {
      throw SpeechError(.setUp, "\(url.path): is missing or cannot be read; \(remedy)")
    }
    var sum = SHA256()
    bytes.withUnsafeBytes { sum.update($0) }
    guard sum.hexadecimal() == file.sha256 else {
      throw SpeechError(.setUp, "\(url.path): its SHA-256 is not that of hama \(version), so it is not loaded; \(remedy)")
    }
    return bytes
  }
}

/// The model of `HamaLibrary`, loaded. Use it from one thread.
package final class HamaRecogniser {
  /// Numbers a row: logarithms of the probabilities of 189 phones and signs, the end of a word, and nothing new.
  package static let channels = 191
  static let sampleRate = 16000
  /// Samples from the middle of one row to that of the next.
  static let hop = 320

  private let library: HamaLibrary
  private let handle: OpaquePointer

  /// Throws `SpeechError` where the library does not take its model.
  package init(_ library: HamaLibrary) throws {
    guard let handle = library.model.withUnsafeBytes({ library.load($0.baseAddress, $0.count) }) else { throw Self.failure(library) }
    (self.library, self.handle) = (library, handle)
  }
  deinit { library.free(handle) }

  /// Rows, `channels` log-probabilities each, the first in the middle of the first sample; what is no number among the samples is silence.
  package func rows(_ samples: [Float]) throws -> [Float] {
    let clean = samples.map { $0.isFinite ? max(-1, min(1, $0)) : 0 }
    let count = clean.isEmpty ? 0 : Int(library.rows(Int64(clean.count)))
    guard count == clean.count / Self.hop + (clean.isEmpty ? 0 : 1) else { throw Self.failure(library) }
    guard count > 0 else { return [] }
    var result = [Float](repeating: 0, count: count * Self.channels)
    var valid: Int64 = 0
    guard library.run(handle, clean, Int64(clean.count), &result, &valid) >= 0, result.allSatisfy({ $0.isFinite }) else {
      throw Self.failure(library)
    }
    return result
  }
  private static func failure(_ library: HamaLibrary) -> SpeechError {
    SpeechError(.setUp, "\(library.folder.path): the recogniser hama gave up; \(HamaLibrary.remedy)")
  }
}
