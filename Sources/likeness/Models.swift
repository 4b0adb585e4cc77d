import ArgumentParser
import Foundation
import Perception

struct Models: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List, fetch and check published networks that measure images.",
    discussion: """
      None of these comes with the tool, and nothing else needs them: without a file the figures that it is for are left out. Files are read
      by a reader that calls nothing: a .pth that asks Python to run something is refused by name.

      Examples:
        likeness models
        likeness models download lpips-squeeze
        likeness models verify 79999_iter.pth
      """,
    subcommands: [List.self, Verify.self, Download.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List every file: what it is for, where it is published, its licence, and whether it is here.")

    func run() throws {
      print("looked for in")
      for folder in ModelLibrary.folders() { print("  \(folder.path)") }
      for file in ModelFile.allCases {
        let known = file.description
        let found = ModelLibrary.find(file)
        print("\n\(found == nil ? "--" : "ok")  \(file.rawValue): \(known.purpose)")
        print("    file     \(known.fileNames.joined(separator: " or ")), \(Self.size(known.size))")
        print("    address  \(known.address)")
        print("    licence  \(known.licence)")
        print("    sha256   \(known.sha256 ?? "unknown: checked by the shapes of its tensors")")
        print("    here     \(found?.path ?? "no")")
      }
    }
    private static func size(_ bytes: Int) -> String {
      bytes < 1_000_000 ? "\((bytes + 500) / 1000) kB" : "\((bytes + 500_000) / 1_000_000) MB"
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Load files into their networks, every tensor in its place, and compare their SHA-256 with the published one.",
      discussion: "Without files: all that are found. Exits with 65 if one cannot be used.")

    @Argument(help: ArgumentHelp("The files to look at.", valueName: "file"))
    var files: [String] = []

    func run() throws {
      let urls = files.isEmpty ? ModelFile.allCases.compactMap { ModelLibrary.find($0) } : files.map { URL(filePath: $0) }
      if urls.isEmpty { print("none of the files is there; likeness models shows where they are looked for") }
      var refused = 0
      for url in urls {
        do {
          let check = try ModelCheck(url)
          let sum =
            check.isPublished
            ? "SHA-256 as published" : "SHA-256 \(check.sha256), not the published file's: other weights for the same network"
          print("ok  \(url.relativePath): \(check.file.rawValue), \(check.tensors) tensors, \(sum)")
        } catch {
          refused += 1
          print("!!  \(oneLine(error))")
        }
      }
      if refused > 0 { throw Failure.input("\(refused) of \(urls.count) files cannot be used") }
    }
  }

  struct Download: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetch a file from its publisher.",
      discussion: """
        Over https, with curl, into the folder that LIKENESS_MODELS names or ~/.cache/likeness/models. The file is kept only if its SHA-256 is
        the published one. Look at its licence first (likeness models).
        """)

    @Argument(help: ArgumentHelp("Names from likeness models, as lpips-alex.", valueName: "name"))
    var names: [String]

    func run() throws {
      let files = try names.map { name in
        guard let file = ModelFile(rawValue: name) else {
          throw Failure.usage("\(name): no such file; there are \(ModelFile.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return file
      }
      guard let folder = ModelLibrary.downloads() else {
        throw Failure.usage("there is no folder for downloads; set LIKENESS_MODELS to one")
      }
      guard let curl = Machine.program("curl") else { throw Failure.other("curl is not installed; apt-get install curl") }
      for file in files {
        if let found = ModelLibrary.find(file) {
          print("\(found.path) is there")
          continue
        }
        do {
          let table = ProgressTable(), size = file.description.size
          defer { table.finish() }
          let url = try ModelDownload.fetch(file.description, into: folder, curl: URL(filePath: curl)) { count in
            table.show("\(file.rawValue): \(Self.megabytes(count)) of \(Self.megabytes(size)) MB", last: count >= size)
          }
          table.finish()
          let check = try ModelCheck(url)
          print("\(url.path): \(check.tensors) tensors, \(file.description.licence)")
        } catch let error as DownloadError {
          throw Failure.other(error.description)
        }
      }
    }
    private static func megabytes(_ bytes: Int) -> String { String(format: "%.1f", locale: nil, Double(bytes) / 1e6) }
  }
}
