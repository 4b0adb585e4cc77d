import Dispatch
import Foundation
import Synchronization
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

  /// In a process of its own, where nobody else sets the number of threads.
  @Test func threadsThatServedALaneServeOthersAsBefore() async {
    await #expect(processExitsWith: .success) {
      Libtorch.threads = 3
      for _ in 0..<3 {
        let own = Lanes.map { _ in
          usleep(20_000)
          return Libtorch.threads
        }
        let later = Mutex<[Int]>([])
        DispatchQueue.concurrentPerform(iterations: 64) { _ in
          usleep(1000)
          let threads = Libtorch.threads
          later.withLock { $0.append(threads) }
        }
        guard own == [1, 1, 1, 1], Libtorch.threads == 3, later.withLock({ $0.allSatisfy { $0 == 3 } }) else { exit(1) }
      }
    }
  }
}
