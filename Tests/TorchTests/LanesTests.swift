import Testing
import Torch

@Suite struct LanesTests {
  @Test(arguments: [0, 1, 3, 50]) func piecesComeBackInOrder(pieces: Int) {
    let found = Lanes.pieces(pieces) { piece in
      // The earlier, the longer.
      Tensor.full([20_000 * (pieces - piece)], Double(piece)).mean().item
    }
    #expect(found == (0..<pieces).map(Double.init))
  }

  @Test func lanesKeepToNoHistoryWhereNoneIsKept() {
    #expect(withoutGradient { Lanes.pieces(6) { _ in isRecordingGradient } } == [Bool](repeating: false, count: 6))
    #expect(Lanes.map(3) { _ in isRecordingGradient } == [true, true, true])
  }
}
