import Foundation
import Media
import Torch

/// Finds out which way up an image or a film is, by its face: not every recording says that it lies on a side. Use it from one thread.
package final class UprightSearch {
  private let detector: FaceDetector
  private let mesh: FaceMesh

  /// Frames of a film from one look to the next, faces that decide, and looks after which none is expected any more.
  private static let interval = 10, votes = 3, looks = 150
  /// Looks from one close look to the next while nothing is found.
  private static let closeInterval = 4
  /// Below this presence it is no face; of two directions the one the image has is kept unless another is surer by this factor.
  private static let presence: Float = 0.5, doubt: Float = 0.9
  /// Below this presence what lies on a side or stands on its head is no face: of four directions one shows a face in foam or leaves sooner.
  private static let turnedPresence: Float = 0.9

  /// Throws when the networks are absent.
  package init() throws {
    detector = try FaceDetector()
    mesh = try FaceMesh()
  }

  /// The clockwise quarter turns, 0...3, that set the largest face of `rgb`, `[H, W, 3]` uint8, upright; nil where no direction shows one.
  ///
  /// `close` also looks for small faces in big images, if there are no others.
  package func quarterTurns(_ rgb: Tensor, close: Bool = true) throws -> Int? {
    try PixelView.lend(rgb) { view in
      for thorough in close ? [false, true] : [false] {
        // How sure each turn is.
        var sure = [Float](repeating: 0, count: 4)
        for direction in 0..<4 {
          for found in try detector.detect(view, thorough: thorough, direction: direction).prefix(2) {
            let first = try mesh.run(view, FaceMesh.square(around: found))
            guard first.presence >= Self.presence else { continue }
            let square = FaceMesh.square(around: first), face = try mesh.run(view, square)
            guard face.presence >= Self.presence else { continue }
            let eyes = face[263] - face[33]
            let turns = (4 - Int((atan2(eyes.y, eyes.x) / (.pi / 2)).rounded()) + 4) % 4
            guard turns == 0 || face.presence >= Self.turnedPresence else { continue }
            sure[turns] = max(sure[turns], face.presence * found.score)
          }
        }
        guard let most = sure.max(), most > 0 else { continue }
        return sure[0] >= Self.doubt * most ? 0 : sure.firstIndex(of: most)
      }
      return nil
    }
  }

  /// The same of a film at `rate` from frame `first` on: what most of the first few frames that show a face say; 0 where none does.
  package func quarterTurns(of video: URL, rate: Rational, from first: Int = 0, count: Int = .max) throws -> Int {
    let reader = try VideoReader(video, rate: rate)
    try reader.skip(first)
    var votes = [Int](repeating: 0, count: 4)
    for look in 0..<Self.looks {
      guard look * Self.interval < count, let frame = try reader.next() else { break }
      if let turns = try quarterTurns(frame.rgb, close: look % Self.closeInterval == 0) { votes[turns] += 1 }
      guard votes.reduce(0, +) < Self.votes else { break }
      try reader.skip(Self.interval - 1)
    }
    return votes.indices.max { votes[$0] < votes[$1] || (votes[$0] == votes[$1] && $0 != 0 && $1 == 0) } ?? 0
  }

  /// What is said of something that was turned, after its name.
  package static func notice(_ quarterTurns: Int) -> String {
    let (lies, by) =
      switch quarterTurns {
      case 2: ("stands on its head", "180 degrees")
      case 1: ("lies on its side", "90 degrees clockwise")
      default: ("lies on its side", "90 degrees counter-clockwise")
      }
    return "\(lies) but the file does not say so; it was rotated by \(by)"
  }
}
