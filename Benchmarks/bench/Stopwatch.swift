import Dispatch

/// Seconds that `body` takes now.
func seconds(_ body: () -> Void) -> Double {
  let start = DispatchTime.now().uptimeNanoseconds
  body()
  return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
}

/// The shortest of `times` runs after one that does not count: what else runs on the machine only ever adds time.
func fastest(_ times: Int, _ body: @escaping () -> Void) -> Double { fastest(times, [body])[0] }

/// The same of several that are to be compared, in turn, so that what else runs on the machine meets all of them.
func fastest(_ times: Int, _ bodies: [() -> Void]) -> [Double] {
  for body in bodies { body() }
  var found = [Double](repeating: .infinity, count: bodies.count)
  for _ in 0..<max(1, times) {
    for (i, body) in bodies.enumerated() { found[i] = min(found[i], seconds(body)) }
  }
  return found
}
