import ArgumentParser
import Foundation
import Media
import Perception
import Speech
import Talking
import Torch
import Tracking

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what is installed, what is missing and what to do.",
    discussion: """
      Tries everything that the other verbs need instead of trusting that it is there: libtorch multiplies, the face networks are loaded, a film is
      written and read back. Exits with 1 if something that is needed does not work.
      """)

  func run() throws {
    print("machine")
    Finding.good("system", Machine.system).show()
    Finding.good("processor", "\(Machine.processor), \(ProcessInfo.processInfo.activeProcessorCount) cores").show()
    let missing = ["avx2", "fma"].filter { !Machine.features.contains($0) }
    (missing.isEmpty
      ? Finding.good("features", Machine.features.joined(separator: " "))
      : .note("features", "no \(missing.joined(separator: ", ")): training will be several times slower")).show()
    Machine.memory().show()
    Machine.disk().show()

    print("\nlibraries and models")
    let needed = [libtorch(), networks(), films(), speaking(), speech()]
    for finding in needed { finding.show() }
    let broken = needed.filter { $0.mark == .bad }

    print("\nnot needed")
    for finding in [phones(), hama(), weights()] { finding.show() }

    print("\nGPU (not needed)")
    for finding in gpu() { finding.show() }
    print(
      broken.isEmpty
        ? "\nEverything that is needed works." : "\n\(broken.count) of \(needed.count) do not work; the lines above say what to do.")
    if !broken.isEmpty { throw ExitCode(1) }
  }

  private func libtorch() -> Finding {
    let path = Machine.loadedLibrary("libtorch_cpu.so") ?? "linked"
    let a = Tensor([1, 2, 3, 4] as [Float], [2, 2])
    guard a.matmul(a).floats == [7, 10, 15, 22] else {
      return .bad("libtorch", "\(path) multiplies wrongly; remove .deps/torch and run scripts/setup")
    }
    let device = Device.hasCUDA ? "CUDA" : "no CUDA (the CPU does everything)"
    return .good(
      "libtorch", "\(Libtorch.loadedVersion), built with \(Libtorch.builtVersion), \(Libtorch.threads) threads, \(device), \(path)")
  }

  /// What `--device cuda` needs; without it the CPU does everything.
  private func gpu() -> [Finding] {
    func finding(_ name: String, _ find: () throws -> String) -> Finding {
      do { return .good(name, try find()) } catch { return .note(name, oneLine(error)) }
    }
    return [
      finding("driver, GPU") { try CUDA.driver() },
      Device.hasCUDA
        ? .good("libtorch", "computes on CUDA devices")
        : .note("libtorch", "finds no CUDA device; it needs a driver and a libtorch with CUDA (LIBTORCH)"),
      finding("compiler") { try CUDA.compiler() },
      CUDA.cacheFolder.map { .good("kernels", "kept in \($0)") }
        ?? .note("kernels", "compiled by every run: neither XDG_CACHE_HOME nor HOME says where to keep them"),
    ]
  }

  private func networks() -> Finding {
    do {
      let tracker = try LandmarkTracker()
      guard try tracker.track(.zeros([64, 64, 3], .uint8)) == nil else {
        return .bad("face networks", "they see a face in a black image; remove .deps/litert and .deps/mediapipe and run scripts/setup")
      }
      let folder = try DependencyFolder.file("mediapipe").path
      return MeshChoice.best == .landmarker
        ? .good("face networks", "\(folder), points of the face landmarker")
        : .note(
          "face networks", "\(folder); the face landmarker is missing and the older mesh sees lids less well; run scripts/setup again")
    } catch {
      return .bad("face networks", oneLine(error))
    }
  }

  private func films() -> Finding {
    let url = FileManager.default.temporaryDirectory.appending(path: "likeness-doctor-\(UUID().uuidString).mp4")
    defer { try? FileManager.default.removeItem(at: url) }
    do {
      let writer = try VideoWriter(url, width: 64, height: 64, sound: .samples(rate: 16000))
      for _ in 0..<5 {
        try writer.append(Tensor.full([64, 64, 3], 200, .uint8))
        try writer.append(samples: [Float](repeating: 0, count: 640))
      }
      try writer.finish()
      let frame = try VideoReader(url).next()
      guard let grey = frame?.rgb.to(.float32).mean().item, abs(grey - 200) < 8, try !AudioReader.read(url).isEmpty else {
        return .bad("FFmpeg", "a film does not come back as it was written; install the FFmpeg packages that scripts/setup names")
      }
      return .good("FFmpeg", "writes and reads H.264 and AAC, " + (Machine.loadedLibrary("libavcodec.so") ?? "linked"))
    } catch {
      return .bad("FFmpeg", oneLine(error))
    }
  }

  /// The network that says for any voice what a mouth does, and whether it is the one of this version.
  private func speaking() -> Finding {
    do {
      let url = try DependencyFolder.shipped(SpeechFace.shippedName)
      let face = try SpeechFace.read(url), sum = try SHA256.of(url)
      let bytes = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      let size = String(format: "%.1f MB", locale: nil, Double(bytes) / 1e6), learnt = face.sources.joined(separator: " and ")
      let text = "\(url.path), \(size), SHA-256 \(sum.prefix(8))..."
      return sum == SpeechFace.shippedSum
        ? .good("speech network", "\(text), the one that comes with this version")
        : .note("speech network", "\(text), not the one that comes with this version; it learnt from \(learnt)")
    } catch {
      return .bad("speech network", oneLine(error))
    }
  }

  /// One of several ways to hear speech.
  private func phones() -> Finding {
    do {
      _ = try PhonemeFeatures()
      return .good("PocketSphinx", "recognises phones, for --speech phonemes")
    } catch {
      return .note("PocketSphinx", oneLine(error))
    }
  }
  /// Another, which is native code of a stranger and there only where the user asked for it.
  private func hama() -> Finding {
    do {
      let library = try HamaLibrary.shared()
      return .good("hama", "\(HamaLibrary.version), its files have the known SHA-256, for --speech hama, \(library.folder.path)")
    } catch {
      return .note("hama", oneLine(error))
    }
  }
  private func weights() -> Finding {
    let there = ModelFile.allCases.filter { ModelLibrary.find($0) != nil }.map(\.rawValue)
    return there.isEmpty
      ? .note("your weights", "none; likeness models says which figures they are for")
      : .good("your weights", there.joined(separator: ", "))
  }

  /// Only the synthetic performer speaks, so its absence is no fault.
  private func speech() -> Finding {
    Machine.program("espeak-ng").map { .good("espeak-ng", $0) }
      ?? .note("espeak-ng", "missing, the synthetic performer cannot speak; run scripts/setup, or: apt-get install espeak-ng")
  }
}

/// A line of the doctor's report.
struct Finding {
  enum Mark: String { case good = "ok", note = "--", bad = "!!" }
  let mark: Mark
  let name, text: String

  static func good(_ name: String, _ text: String) -> Finding { Finding(mark: .good, name: name, text: text) }
  static func note(_ name: String, _ text: String) -> Finding { Finding(mark: .note, name: name, text: text) }
  static func bad(_ name: String, _ text: String) -> Finding { Finding(mark: .bad, name: name, text: text) }

  func show() { print("  \(mark.rawValue)  \(name.padding(toLength: 14, withPad: " ", startingAt: 0)) \(text)") }
}
