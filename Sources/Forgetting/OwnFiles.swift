import Foundation

/// Which files of a folder that carries a record of consent the tool made itself, by their places in it: whatever else lies there is the
/// user's own.
enum OwnFiles: CaseIterable, Sendable {
  case dataset, run, study

  /// The file that tells a folder of this kind.
  var marker: String {
    switch self {
    case .dataset: "track.safetensors"
    case .run: "config.json"
    case .study: "study.json"
    }
  }
  /// What it is called in a list.
  var noun: String {
    switch self {
    case .dataset: "dataset"
    case .run: "run"
    case .study: "study"
    }
  }

  /// Whether the tool writes a file at `path`, relative to the folder.
  func holds(_ path: String) -> Bool {
    if path.wholeMatch(of: #/(.*/)?\.[^/]*\.partial-\d+-[0-9a-f]+(\.[^/]*)?/#) != nil { return true }
    switch self {
    case .dataset:
      return path.wholeMatch(
        of: #/(consent|report|transforms_train|transforms_val|from-frame-\d+)\.json|bc\.jpg|aud\.wav|track\.safetensors|preview\.mp4/#)
        != nil || path.wholeMatch(of: #/com_imgs/\d+\.jpg|parsing/\d+\.png/#) != nil
        || path.firstMatch(of: #/^from-frame-\d+//#).map { Self.isJudgement(String(path[$0.range.upperBound...])) } ?? false
    case .run:
      return path.wholeMatch(
        of:
          #/(config|consent|eval)\.json|(metrics|unmarked)\.jsonl|events\.out\.tfevents\.[^/]*\.likeness|\.lock|(scene|speech-face|generator|deformation)\.safetensors/#
      ) != nil
        || path.wholeMatch(of: #/checkpoints/step-\d+\.safetensors(\.damaged)?|validation/(step-\d+|sides)\.png|frames/\d+\.png/#) != nil
        || path.hasPrefix("eval/") && Self.isJudgement(String(path.dropFirst("eval/".count)))
    case .study:
      if path.wholeMatch(of: #/(study|consent)\.json|\.lock|ablation\.(html|md|csv)|truth/\d+\.jpg/#) != nil { return true }
      guard let row = path.wholeMatch(of: #/rows/[^/]+/(.+)/#).map({ String($0.1) }) else { return false }
      if row.wholeMatch(of: #/result\.json|pictures/\d+(-error)?\.jpg/#) != nil { return true }
      return row.wholeMatch(of: #/(run|texture)/(.+)/#).map { Self.run.holds(String($0.2)) } ?? false
    }
  }
  /// What `eval` leaves beside its figures.
  private static func isJudgement(_ path: String) -> Bool {
    path.wholeMatch(of: #/(\d+|contact-sheet|aside)\.png|motion\.csv/#) != nil
  }
}
