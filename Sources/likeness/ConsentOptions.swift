import ArgumentParser
import Consent
import Foundation
import Media
import Portrait
import Runs
import Torch

/// Whose likeness is made, and that they have agreed: what `--consent` says, what is stored with the data, what the variable
/// `LIKENESS_CONSENT` says, or the answer at a terminal, in this order.
struct ConsentOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Whose likeness it is: self (your own), synthetic (nobody who lives), or a file with a record of what somebody else agreed to; otherwise what is stored with the data, what LIKENESS_CONSENT says, or asked for at a terminal.",
      valueName: "self|synthetic|file"))
  var consent: String?

  /// The record for a likeness made of `source` (a clip or photo, nil where it is not at hand), called `name`; `stored` came with the data.
  ///
  /// Throws `ConsentError`, or `Failure` (64) where nobody can be asked and nothing says it.
  func required(stored: ConsentRecord?, of source: URL?, called name: String) throws -> ConsentRecord {
    if let record = try found(stored: stored, of: source, called: name) { return record }
    guard let answer = ConsentQuestion(name).answer() else {
      throw Failure.usage(
        "\(name): nothing says whose likeness this is; give --consent self, --consent synthetic or --consent <file>, or set LIKENESS_CONSENT to one of them"
      )
    }
    return try Self.tied(answer, to: source, called: name)
  }

  /// The record for a training in `run` (nil: a new one) on the dataset `data`.
  func required(run: RunFolder?, data: URL) throws -> ConsentRecord {
    try required(stored: run?.consent() ?? ConsentFile.read(in: data), of: nil, called: data.relativePath)
  }
  /// The record for a likeness of `photo`, a photo's name or a portrait's, which may bring its own.
  func required(photo: String) throws -> ConsentRecord {
    let url = URL(filePath: photo)
    guard PortraitFile.isPortrait(url) else {
      // What is no readable image, or a damaged portrait, is said before anything is asked.
      if url.pathExtension == "portrait", FileManager.default.fileExists(atPath: url.path) {
        _ = try Checkpoint.read(url)
      } else {
        _ = try ImageFile.read(url)
      }
      return try required(stored: Self.beside(url), of: url, called: photo)
    }
    return try required(stored: ConsentFile.record(in: Checkpoint.metadata(url)), of: nil, called: photo)
  }

  /// A `consent.json` in the photo's folder or the one above is for all photos there, unless it names one file.
  private static func beside(_ photo: URL) -> ConsentRecord? {
    let folder = photo.absoluteURL.deletingLastPathComponent()
    let records = [folder, folder.deletingLastPathComponent()].lazy.compactMap { (try? ConsentFile.read(in: $0)).flatMap { $0 } }
    return records.first { $0.source == nil }?.of(photo)
  }

  /// The same without a question; nil where nothing says it.
  func found(stored: ConsentRecord?, of source: URL?, called name: String) throws -> ConsentRecord? {
    if let consent { return try Self.tied(Self.record(consent), to: source, called: name) }
    if let stored { return stored }
    return try Environment.process.consent.map { try Self.tied(Self.record($0), to: source, called: name) }
  }

  private static func record(_ text: String) throws -> ConsentRecord {
    switch text {
    case ConsentRecord.Subject.own.rawValue: .own()
    case ConsentRecord.Subject.synthetic.rawValue: .synthetic()
    default: try ConsentFile.read(URL(filePath: text))
    }
  }

  /// A record that names another file than the one it is used for says nothing of this one.
  private static func tied(_ record: ConsentRecord, to source: URL?, called name: String) throws -> ConsentRecord {
    guard let source else { return record }
    guard let sum = try? SHA256.of(source) else { throw FileError(source, "cannot read", code: errno, kind: .input) }
    guard record.source == nil || record.source == sum else {
      throw Failure.usage("\(name): the record of consent is for another file; give one for this file, or one without source")
    }
    var tied = record
    tied.source = sum
    return tied
  }
}

/// Asks at the terminal, once, whose likeness is made.
struct ConsentQuestion {
  private let name: String
  init(_ name: String) { self.name = name }

  /// nil where nobody can be asked, or the answer is none of the three.
  func answer() -> ConsentRecord? {
    guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
    say(
      """
      Whose face is in \(name)?
        1  my own
        2  that of somebody who has agreed to a talking likeness
        3  nobody's: drawn or generated
      A face belongs to its person, known to the public or not; for a child those answer who care for it. The answer is kept with the avatar
      and with what is made of it; likeness forget deletes it all.

      """)
    switch ask("1, 2 or 3: ") {
    case "1"?: return .own()
    case "2"?:
      guard let by = ask("Who agreed (the name as it may be read in the files): "),
        let statement = ask("To what, how and when (one line): ")
      else { return nil }
      return ConsentRecord(.other, statement: statement, by: by)
    case "3"?: return .synthetic()
    default: return nil
    }
  }

  private func ask(_ text: String) -> String? {
    say(text)
    let line = readLine()?.unicodeScalars.filter { $0.properties.generalCategory != .control }
    let said = line.map { String(String.UnicodeScalarView($0)).trimmingCharacters(in: .whitespaces) } ?? ""
    return said.isEmpty ? nil : String(said.prefix(2000))
  }
  private func say(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
