import ArgumentParser
import Forgetting
import Foundation
import Runs
import Torch

struct Forget: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Delete all that was made from a person.",
    discussion: """
      Names a dataset, a run, or a file of an avatar, film or image, and finds what else was made from the same clip or photo: in the folder it
      lies in, in the working folder with its outputs/, and in the folders of --search. Lists it, asks, and deletes it.

      Only files that carry the person's record of consent, and what the tool wrote into datasets and runs that carry it, are deleted. The clip
      or photo itself is yours and stays, as do files of your own in those folders; links are not followed. Deleting is no shredding: what
      was copied, sent or backed up, and what a disk could bring back, is beyond it.

      Examples:
        likeness forget data/anna
        likeness forget outputs/anna/subject/<time> --search ~/films
        likeness forget anna.portrait --yes
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("The dataset, run or file whose person is to be forgotten.", valueName: "dataset|run|file"))
  var place: String
  @Option(help: ArgumentHelp("A further folder to look through; may be given again.", valueName: "folder"))
  var search: [String] = []
  @Flag(help: "Delete without asking.")
  var yes = false
  @Flag(help: "List only.")
  var dryRun = false

  func run() throws {
    let url = URL(filePath: place)
    var search = try TraceSearch(of: url, reader: { CarriedConsent.record(of: $0) })
    let outputs = URL(filePath: "outputs")
    for folder in [url.absoluteURL.deletingLastPathComponent(), URL(filePath: "."), outputs] + self.search.map({ URL(filePath: $0) }) {
      search.look(in: folder)
    }
    // A run knows its dataset, and datasets may lie elsewhere.
    for data in Set(search.found.compactMap(\.data?.path)) where !search.found.contains(where: { $0.url.path == data }) {
      search.look(in: URL(filePath: data))
    }
    for trace in search.found {
      print("\(trace.noun.padding(toLength: 9, withPad: " ", startingAt: 0)) \(trace.url.relativePath)  \(Self.size(trace))")
    }
    let count = search.found.reduce(0) { $0 + $1.files.count }, bytes = search.found.reduce(0) { $0 + $1.bytes }
    print("\(count) files, \(Self.words(bytes)), of a likeness \(search.record.words)")
    say(search)
    if dryRun { return }
    guard yes || agreed() else { throw Failure.usage("nothing was deleted; answer yes, or give --yes where nobody can be asked") }
    try requireIdle(search.found)
    let left = search.found.flatMap { $0.delete() }
    for (file, reason) in left { complain("\(file.path): could not be deleted (\(reason))") }
    print("deleted \(count - left.count) files")
    if !left.isEmpty { throw Failure.other("\(left.count) files are left; check permissions, and run the same command again") }
  }

  /// What is not deleted, and what cannot be found.
  private func say(_ search: TraceSearch) {
    for trace in search.found where !trace.others.isEmpty {
      let names = trace.others.prefix(3).map(\.lastPathComponent).joined(separator: ", ")
      print(
        "kept      \(trace.others.count) files in \(trace.url.relativePath) that likeness did not make: \(names)\(trace.others.count > 3 ? ", ..." : "")"
      )
    }
    for data in Set(search.found.compactMap(\.data?.path)).sorted() where !search.found.contains(where: { $0.url.path == data }) {
      print(
        FileManager.default.fileExists(atPath: data)
          ? "kept      \(data): the dataset carries no record of this person" : "not found \(data): the dataset of a run")
    }
    if let source = search.record.source { print("kept      the clip or photo itself (SHA-256 \(source.prefix(12))...)") }
    for problem in search.problems { print("not seen  \(problem)") }
    print("not seen  other folders (name them with --search), copies elsewhere, and films of versions that kept no record")
  }
  private func agreed() -> Bool {
    guard isatty(STDIN_FILENO) == 1 else { return false }
    FileHandle.standardError.write(Data("Delete all of it? Type yes: ".utf8))
    return readLine()?.trimmingCharacters(in: .whitespaces).lowercased() == "yes"
  }
  /// A training that goes on would write on.
  private func requireIdle(_ traces: [Trace]) throws {
    for trace in traces where trace.noun == "run" { _ = try RunFolder.resume(trace.url) }
  }
  private static func size(_ trace: Trace) -> String { "\(trace.files.count) files, \(words(trace.bytes))" }
  private static func words(_ bytes: Int) -> String {
    bytes < 1_000_000 ? "\((bytes + 999) / 1000) kB" : String(format: "%.1f MB", locale: nil, Double(bytes) / 1e6)
  }
}
