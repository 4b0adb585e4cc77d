import Datasets

/// Which frames of a track are meant: `test`, `train`, `all`, or numbers as `120..200` (the end left out), or every 25th of them as
/// `0..500/25`.
enum FrameChoice: Equatable {
  case test, train, all
  case numbers(Range<Int>)
  case every(Int, of: Range<Int>)

  init?(_ text: String) {
    switch text {
    case "test": self = .test
    case "train": self = .train
    case "all": self = .all
    default:
      let parts = text.components(separatedBy: "/")
      let ends = parts[0].components(separatedBy: "..").map { Int($0) }
      guard ends.count == 2, let low = ends[0], let high = ends[1], low >= 0, low < high else { return nil }
      self = .numbers(low..<high)
      guard parts.count > 1 else { return }
      guard parts.count == 2, let step = Int(parts[1]), step > 0 else { return nil }
      self = .every(step, of: low..<high)
    }
  }

  /// Positions in the dataset's track; throws `Failure` if there are none.
  func positions(_ dataset: Dataset) throws -> [Int] {
    let chosen: [Int]
    switch self {
    case .test: chosen = dataset.testIndices
    case .train: chosen = dataset.trainIndices
    case .all: chosen = Array(0..<dataset.count)
    case .numbers(let range): chosen = (0..<dataset.count).filter { range.contains(dataset.track.frames[$0].index) }
    case .every(let step, let range):
      chosen = (0..<dataset.count).filter {
        let number = dataset.track.frames[$0].index
        return range.contains(number) && (number - range.lowerBound) % step == 0
      }
    }
    guard !chosen.isEmpty else {
      throw Failure.input(
        "\(dataset.folder.path): has none of these frames; its frame numbers end at \(dataset.track.frames.last?.index ?? 0)")
    }
    return chosen
  }
}
