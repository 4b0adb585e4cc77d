import ArgumentParser
import Consent
import Credentials
import Foundation
import Marking
import Runs
import Torch

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say whether films and images are marked as synthetic, by whom, and whether they were changed since.",
    discussion: """
      Reads the content credentials (C2PA) of MP4, MOV, PNG and JPEG files, of this tool and of others, with those of what went into them, and
      looks for the watermark, which stays where a film is coded or scaled again. Of an avatar (a run, .safetensors, .portrait) it says whose
      likeness it is and what was put out of it without marks.

      A signature by a root that nobody vouches for says that a file was not changed, not who made it. Roots that you trust are given with
      --trust; that of this installation is trusted.

      Exit codes: 0 marked and whole, 3 unmarked, 4 changed since it was marked, 65 cannot be read. Of several files the highest.

      Examples:
        likeness verify film.mp4
        likeness verify --json pictures/*.png
        likeness verify --trust studio-root.pem film.mp4
        likeness verify outputs/anna/subject/<time>
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("Films, images, or avatars.", valueName: "file"))
  var files: [String]
  @Option(help: ArgumentHelp("Certificates to trust, as PEM; may be given again.", valueName: "file"))
  var trust: [String] = []
  @Flag(help: "A line of JSON for each file.")
  var json = false

  func run() throws {
    let own = (try? Installation())?.folder.appendingPathComponent("chain.pem")
    let roots = trust.map { URL(filePath: $0) } + [own].compactMap { $0 }.filter { FileManager.default.fileExists(atPath: $0.path) }
    var status: Int32 = 0
    for file in files {
      let url = URL(filePath: file)
      let table = ProgressTable()
      do {
        defer { table.finish() }
        let verdict = try FileVerdict(url, roots: roots) {
          if $0 >= 5 { table.show("looked at \(Int($0)) s of \(url.lastPathComponent)", last: false) }
        }
        table.finish()
        print(json ? verdict.json : "\(file)\n" + verdict.lines.map { "  " + $0 }.joined(separator: "\n"))
        status = max(status, verdict.exitStatus)
      } catch  where files.count > 1 || json {
        if json { print(FileVerdict.unreadable(url, oneLine(error))) }
        complain(oneLine(error))
        status = max(status, likeness.exitStatus(of: error))
      }
    }
    if status != 0 { throw ExitCode(status) }
  }
}
