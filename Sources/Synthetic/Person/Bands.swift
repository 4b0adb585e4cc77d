import Dispatch

/// Shares out a run of independent pieces of work among the machine's cores.
enum Bands {
  /// Calls `body` with 0..<`count` in ranges of at most `length`, several at a time; each call writes what is its own only.
  static func perform(_ count: Int, of length: Int, _ body: (Range<Int>) -> Void) {
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: (count + length - 1) / length) { band in
        body(band * length..<min(count, (band + 1) * length))
      }
    }
  }
}
