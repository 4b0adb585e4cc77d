import Foundation
import Torch

/// Loudness in 40 bands of hearing as sound comes in, for networks that answer while somebody still speaks.
///
/// A step is 10 ms: step s looks at 25 ms (Hann) about the moment (s + 1/2) / 100 of the sound, so a step is known 7.5 ms after its end.
/// Steps are always computed in pieces of four, 40 ms, however the sound arrives: the same numbers come out of a stream and of a file.
/// Use it from one thread.
package final class CausalMel {
  /// Numbers a step, steps a second, and steps of a piece.
  package static let bands = 40, rate = 100, piece = 4
  package static let sampleRate = 16000
  /// Below this, in dB of full scale, nothing is told apart.
  package static let floor: Float = -100

  private let mel: MelSpectrogram
  private let bank: MelSpectrogram.Bank
  private let hop = CausalMel.sampleRate / CausalMel.rate
  /// Pre-emphasised samples, of which the first is the first that the next piece looks at.
  private var held: [Float]
  private var last: Float = 0
  private var received = 0, step = 0

  package init() {
    var mel = MelSpectrogram()
    mel.bands = Self.bands
    self.mel = mel
    bank = withoutGradient { MelSpectrogram.Bank(mel) }
    // What comes before the sound is silence.
    held = [Float](repeating: 0, count: (mel.window - hop) / 2)
  }

  /// The pieces that `samples` at 16 kHz complete, each `piece * bands` numbers in dB of full scale, step after step.
  package func append(_ samples: [Float]) -> [[Float]] {
    held += mel.emphasise(samples, after: last)
    last = samples.last ?? last
    received += samples.count
    return complete()
  }

  /// The pieces that are left at the end of the sound: so many that every sample lies in one, silence behind it.
  package func finish() -> [[Float]] {
    let length = hop * Self.piece, pieces = (received + length - 1) / length - step / Self.piece
    guard pieces > 0 else { return [] }
    held += [Float](repeating: 0, count: pieces * length + mel.window)
    return Array(complete().prefix(pieces))
  }

  private func complete() -> [[Float]] {
    let reach = hop * (Self.piece - 1) + mel.window
    var pieces: [[Float]] = [], used = 0
    withoutGradient {
      while held.count - used >= reach {
        var windows: [Float] = []
        windows.reserveCapacity(Self.piece * mel.window)
        for i in 0..<Self.piece { windows += held[used + i * hop..<used + i * hop + mel.window] }
        let power = bank.bandPower(windows, Self.piece)
        pieces.append((10 * power.clamp(1e-10).log10()).floats)
        used += hop * Self.piece
        step += Self.piece
      }
    }
    held.removeFirst(used)
    return pieces
  }
}
