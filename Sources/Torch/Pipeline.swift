import Dispatch
import Foundation

/// Work on a sequence whose items come and go in order, while what is done with each of them needs no other and is done side by side.
package enum Pipeline {
  /// Items that are under way at most.
  private static let ahead = min(8, 2 + ProcessInfo.processInfo.activeProcessorCount)

  /// Calls `make` until it returns nil, `work` with each item, on whatever thread is free, and `take` with what came of them, in order.
  ///
  /// `make` and `take` are called on this thread, `work` with operators that use one. What comes out does not depend on how many threads
  /// there are. Throws the first error in the order of the items, when no thread works any more.
  package static func run<Item, Made>(
    make: () throws -> Item?, work: @escaping (Item) throws -> Made, take: (Made) throws -> Void
  ) throws {
    let threads = Libtorch.threads
    var waiting: [Promised<Made>] = []
    // Nobody may work with what the caller owns after it has been left.
    defer {
      for piece in waiting { piece.wait() }
      Libtorch.threads = threads
    }
    while let item = try make() {
      waiting.append(Promised(on: .global()) { try work(item) })
      while waiting.count >= ahead { try take(try waiting.removeFirst().value()) }
    }
    while !waiting.isEmpty { try take(try waiting.removeFirst().value()) }
  }
}

/// Makes the items of a sequence ahead of their use, on a thread of its own.
package final class Prefetch<Item> {
  private let queue = DispatchQueue(label: "likeness.prefetch")
  private let make: () throws -> Item?
  private var waiting: [Promised<Item?>] = []
  private var left: Int

  /// `make` is called on one thread at a time, with operators that use one, until it returns nil or throws, and `limit` times at most. When
  /// this object is gone, nobody calls it any more. At most `ahead` items wait.
  package init(limit: Int = .max, ahead: Int = 3, _ make: @escaping () throws -> Item?) {
    left = limit
    // Only the queue's thread reads this.
    var isFinished = false
    self.make = {
      guard !isFinished else { return nil }
      isFinished = true
      let item = try make()
      isFinished = item == nil
      return item
    }
    for _ in 0..<ahead { order() }
  }
  deinit { queue.sync {} }

  private func order() {
    guard left > 0 else { return }
    left -= 1
    waiting.append(Promised(on: queue, make))
  }

  /// The next item; nil after the last.
  package func next() throws -> Item? {
    guard !waiting.isEmpty else { return nil }
    let item = try waiting.removeFirst().value()
    if item != nil { order() }
    return item
  }
}

/// A value that another thread makes.
private final class Promised<Value>: @unchecked Sendable {
  private let done = DispatchSemaphore(value: 0)
  private var made: Result<Value, any Error>?

  /// Calls `make` on a thread of `queue`, with operators that use one thread. What it holds is that thread's until the value is there.
  init(on queue: DispatchQueue, _ make: @escaping () throws -> Value) {
    let threads = Libtorch.threads, gradient = isRecordingGradient
    nonisolated(unsafe) let make = make
    queue.async { [self] in
      Libtorch.threads = 1
      made = Result { gradient ? try make() : try withoutGradient(make) }
      // The system's threads serve others afterwards.
      Libtorch.threads = threads
      done.signal()
    }
  }
  func wait() {
    done.wait()
    done.signal()
  }
  func value() throws -> Value {
    wait()
    guard let made else { fatalError("a value that was waited for is there") }
    return try made.get()
  }
}
