import Foundation
import Generator
import Testing
import Torch

@Suite struct GeneratorFileTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "generator-\(UUID().uuidString)")
  private let generator = TriplaneGenerator(.tiny, Generator(seed: 5))

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  private func file(_ name: String) -> URL { folder.appending(path: name) }
  /// A file with some of the generator's tensors or words changed.
  private func changed(_ name: String, _ change: (inout [String: Tensor], inout [String: String]) throws -> Void) throws -> URL {
    let whole = file("whole-\(name)"), url = file(name)
    try GeneratorFile.write(generator, to: whole)
    let read = try Safetensors.read(whole)
    var (tensors, metadata) = (read.tensors, read.metadata)
    try change(&tensors, &metadata)
    try Safetensors.write(tensors, metadata: metadata, to: url)
    return url
  }
  /// The one line of what reading the file throws.
  private func fault(_ url: URL) -> String {
    do {
      _ = try GeneratorFile.read(url)
      return "read"
    } catch { return "\(error)" }
  }

  @Test func whatIsWrittenIsRead() throws {
    try GeneratorFile.write(generator, to: file("a.safetensors"), notes: ["licence": "none"])
    let read = try GeneratorFile.read(file("a.safetensors"))
    #expect(read.configuration == generator.configuration)
    for ((name, a), (_, b)) in zip(generator.state(), read.state()) { #expect((a - b).abs().max().item == 0, "\(name)") }
    try FileManager.default.removeItem(at: folder)
  }

  @Test func halfAsManyBitsAreRead() throws {
    try GeneratorFile.write(generator, to: file("half.safetensors"), half: true)
    let read = try GeneratorFile.read(file("half.safetensors"))
    for ((name, a), (_, b)) in zip(generator.state(), read.state()) {
      #expect(b.dtype == .float32)
      #expect((a - b).abs().max().item <= 2e-3 * max(1, a.abs().max().item), "\(name)")
    }
    try FileManager.default.removeItem(at: folder)
  }

  @Test func publishedFiltersAreLeftOut() throws {
    let url = try changed("filters.safetensors") { tensors, _ in
      tensors["backbone.synthesis.b8.resample_filter"] = binomialFilter()
    }
    #expect(try GeneratorFile.read(url).configuration == .tiny)
    let other = try changed("other.safetensors") { tensors, _ in
      tensors["backbone.synthesis.b8.resample_filter"] = Tensor.ones([4, 4])
    }
    #expect(fault(other).contains("another filter"))
    try FileManager.default.removeItem(at: folder)
  }

  @Test func whatDoesNotFitIsSaidInOneLine() throws {
    let faults = [
      try changed("missing") { tensors, _ in tensors["decoder.net.2.bias"] = nil },
      try changed("extra") { tensors, _ in tensors["decoder.net.4.bias"] = .zeros([3]) },
      try changed("shape") { tensors, _ in tensors["backbone.synthesis.b16.conv0.weight"] = .zeros([16, 16, 1, 1]) },
      try changed("whole numbers") { tensors, _ in tensors["backbone.mapping.w_avg"] = .zeros([24], .int64) },
      try changed("endless") { tensors, _ in tensors["decoder.net.0.bias"] = .full([16], .nan) },
      try changed("no words") { _, metadata in metadata["configuration"] = nil },
      try changed("no JSON") { _, metadata in metadata["configuration"] = "{\"latent\": " },
      try changed("version") { _, metadata in metadata["version"] = "99" },
      try changed("another size") { _, metadata in
        metadata["configuration"] = metadata["configuration"]?.replacing("\"planeResolution\":32", with: "\"planeResolution\":64")
      },
      // Gigabytes for a few bytes.
      try changed("huge") { _, metadata in
        metadata["configuration"] = metadata["configuration"]?.replacing("\"width\":24", with: "\"width\":4096")
      },
      try changed("negative") { _, metadata in
        metadata["configuration"] = metadata["configuration"]?.replacing("\"latent\":16", with: "\"latent\":-1")
      },
    ].map { (name: $0.lastPathComponent, text: fault($0)) }
    for (name, text) in faults {
      #expect(text.contains(name) && text != "read" && !text.contains("\n"), "\(name): \(text)")
      #expect(text.contains("; "), "\(name) has no remedy: \(text)")
    }
    let whole = file("whole")
    try GeneratorFile.write(generator, to: whole)
    for count in [0, 7, 1000, 20_000] {
      let cut = file("cut \(count)")
      try Data(contentsOf: whole).prefix(count).write(to: cut)
      #expect(fault(cut).contains("cut \(count)") && !fault(cut).contains("\n"))
    }
    #expect(fault(file("none")).contains("none"))
    try FileManager.default.removeItem(at: folder)
  }

  /// A published generator that Tools/convert_eg3d.py converted, where LIKENESS_GENERATOR names one.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["LIKENESS_GENERATOR"] != nil, "skipped: LIKENESS_GENERATOR names no file"))
  func convertedFilesAreRead() throws {
    let place = try #require(ProcessInfo.processInfo.environment["LIKENESS_GENERATOR"])
    let published = try GeneratorFile.read(URL(filePath: place))
    #expect(published.configuration.rendering.axes == .legacy)
    #expect(published.configuration.layers == published.configuration.resolutions.count * 2)
    try FileManager.default.removeItem(at: folder)
  }
}
