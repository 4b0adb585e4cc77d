import Foundation
import Synchronization
import Testing
import Torch

@Suite struct PipelineTests {
  private struct Stop: Error, Equatable { let place: Int }

  /// What a chain of operators makes of every item, in order, and the same bits as one after another.
  @Test func resultsComeInOrderAndBitForBit() throws {
    func made(_ i: Int) -> Tensor {
      let x = Tensor.rand([40 + i % 7, 33], Generator(seed: UInt64(i)))
      return x.matmul(x.t()).exp().sum(0)
    }
    var next = 0, taken: [[Float]] = []
    try Pipeline.run {
      next += 1
      return next <= 60 ? next : nil
    } work: { i in
      if i % 5 == 0 { Thread.sleep(forTimeInterval: 0.002) }
      return made(i)
    } take: {
      taken.append($0.floats)
    }
    #expect(taken == (1...60).map { made($0).floats })
  }

  /// The first item that fails ends everything; what came before it is taken, and nobody works on afterwards.
  @Test func theFirstErrorEndsEverything() {
    let working = Mutex(0)
    var next = 0, taken: [Int] = []
    #expect(throws: Stop(place: 9)) {
      try Pipeline.run {
        next += 1
        return next
      } work: { i in
        working.withLock { $0 += 1 }
        defer { working.withLock { $0 -= 1 } }
        Thread.sleep(forTimeInterval: 0.001)
        if i >= 9 { throw Stop(place: i) }
        return i
      } take: {
        taken.append($0)
      }
    }
    #expect(taken == Array(1...8) && working.withLock { $0 } == 0)
    #expect(throws: Stop(place: 3)) {
      try Pipeline.run {
        next += 1
        return next
      } work: {
        $0
      } take: { _ in
        throw Stop(place: 3)
      }
    }
  }

  @Test func prefetchedItemsComeInOrder() throws {
    let made = Mutex(0)
    func numbers(_ limit: Int = .max, end: Int) -> Prefetch<Int> {
      Prefetch(limit: limit) {
        try made.withLock {
          $0 += 1
          if $0 == 12 { throw Stop(place: 12) }
          return $0 <= end ? $0 : nil
        }
      }
    }
    func all(_ items: Prefetch<Int>) throws -> [Int] {
      var found: [Int] = []
      while let item = try items.next() { found.append(item) }
      return found
    }
    #expect(try all(numbers(end: 7)) == Array(1...7))
    // Nobody asks again after the end, and no more than was asked for is made.
    #expect(made.withLock { $0 } == 8)
    made.withLock { $0 = 0 }
    #expect(try all(numbers(3, end: 7)) == [1, 2, 3] && made.withLock { $0 } == 3)
    made.withLock { $0 = 0 }
    #expect(throws: Stop(place: 12)) { try all(numbers(end: 20)) }
    #expect(made.withLock { $0 } == 12)
  }
}
