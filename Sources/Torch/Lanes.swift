import CTorch
import Dispatch
import Synchronization

/// Runs independent pieces of work side by side, each on one thread with operators that use no other.
///
/// Networks a few dozen wide give an operator too little work to share out; whole pieces share out well. Piece i belongs to lane
/// i mod `Lanes.count` whatever the machine has, so what the lanes add up does not depend on it. A tensor made in a lane may be used
/// outside once all is done; no two lanes may write to one tensor or add to one gradient.
package enum Lanes {
  package static let count = 4

  /// Calls `body` with each lane, and returns what the lanes returned, in order.
  package static func map<R>(_ lanes: Int = count, _ body: (_ lane: Int) -> R) -> [R] {
    let threads = Libtorch.threads
    guard lanes > 1 else { return (0..<lanes).map(body) }
    let results = UnsafeMutableBufferPointer<R?>.allocate(capacity: lanes)
    results.initialize(repeating: nil)
    defer {
      results.deinitialize()
      results.deallocate()
      Libtorch.threads = threads
    }
    withoutActuallyEscaping(body) { body in
      // Each lane writes its own place, and all have ended before anybody reads.
      nonisolated(unsafe) let (body, results) = (body, results)
      let gradient = isRecordingGradient
      DispatchQueue.concurrentPerform(iterations: lanes) { lane in
        Libtorch.threads = 1
        // The system's threads serve others afterwards.
        defer { Libtorch.threads = threads }
        results[lane] = gradient ? body(lane) : withoutGradient { body(lane) }
      }
    }
    return results.compactMap(\.self)
  }
}

extension Lanes {
  /// Calls `body` with operators that use one thread: in a network of a few dozen channels more would only wait for each other.
  package static func alone<R>(_ body: () throws -> R) rethrows -> R {
    let threads = Libtorch.threads
    defer { Libtorch.threads = threads }
    Libtorch.threads = 1
    return try body()
  }

  /// Calls `body` with 0..<`pieces`, each when a lane is free for it, and returns what it returned, in order.
  ///
  /// For pieces that take unequally long and add up nothing: which lane a piece runs in is left to chance.
  package static func pieces<R>(_ pieces: Int, _ body: (Int) -> R) -> [R] {
    let next = Mutex(0)
    let lanes = map(min(count, pieces)) { _ in
      var found: [(Int, R)] = []
      while true {
        let piece = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard piece < pieces else { return found }
        found.append((piece, body(piece)))
      }
    }
    return lanes.flatMap(\.self).sorted { $0.0 < $1.0 }.map(\.1)
  }
}

/// Whether this thread records history.
package var isRecordingGradient: Bool {
  let was = ct_set_grad_enabled(true)
  _ = ct_set_grad_enabled(was)
  return was
}
