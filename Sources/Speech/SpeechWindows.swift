import Torch

/// Where steps come from: in order, a few at a time.
package protocol StepSource: AnyObject {
  var channels: Int { get }
  /// Further steps, `[n, channels]` float32 with n > 0, or nil at the end.
  func next() throws -> Tensor?
}

/// Cuts steps into overlapping windows: window i holds steps 2i - 8 ..< 2i + 8, zeros where there are none.
package final class SpeechWindows {
  /// Steps a window, and from one window to the next.
  static let length = 16, hop = 2

  private let source: any StepSource
  /// Steps that windows to come need, the first of them at the next window's start.
  private var held: Tensor
  /// Steps of the sound behind the start of `held`, and so many zeros as stand for what was before.
  private var heard = 0
  private var frame = 0
  private var hasEnded = false

  init(_ source: any StepSource) {
    self.source = source
    held = .zeros([Self.length / 2, source.channels])
  }

  /// The windows of these steps, two a frame.
  package static func stream(_ source: any StepSource) -> SpeechStream {
    let windows = SpeechWindows(source)
    return SpeechStream { try windows.next($0) }
  }

  /// A window for each two steps of the sound, the last of which may be alone.
  private func next(_ frames: Int) throws -> Tensor? {
    let needed = Self.hop * (frames - 1) + Self.length
    var parts = [held]
    var count = held.size(0)
    while !hasEnded, count < needed {
      guard let part = try source.next() else {
        hasEnded = true
        break
      }
      parts.append(part)
      count += part.size(0)
      heard += part.size(0)
    }
    let left = (heard + Self.hop - 1) / Self.hop - frame
    let given = hasEnded ? min(frames, left) : frames
    guard given > 0 else { return nil }
    let length = Self.hop * (given - 1) + Self.length
    if count < length { parts.append(.zeros([length - count, source.channels])) }
    let all = cat(parts)
    let windows = all.narrow(0, 0, length).windows(0, Self.length, step: Self.hop).transpose(1, 2).contiguous()
    held = all.narrow(0, Self.hop * given, all.size(0) - Self.hop * given).clone()
    frame += given
    return windows
  }
}
