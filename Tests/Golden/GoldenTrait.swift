import Foundation
import Testing

extension Trait where Self == GoldenTrait {
  /// The test compares with every golden file whose name starts with `kind`. Files that the project has not seen may be of a form that ends
  /// a process: the test meets each of those in a process of its own, and what that one says of it is an issue of the test.
  package static func golden(_ kind: String, of avatar: GoldenFile.Avatar = .subject) -> GoldenTrait {
    GoldenTrait(kind: kind, avatar: avatar)
  }
}

/// See `golden(_:of:)`.
package struct GoldenTrait: TestTrait, TestScoping {
  let kind: String
  let avatar: GoldenFile.Avatar

  package func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
    func share(_ urls: [URL]) async throws {
      try await GoldenShare.$current.withValue(GoldenShare(kind: kind, avatar: avatar, own: urls)) { try await function() }
    }
    if let only = GoldenProcess.only { return try await share([only]) }
    let urls = GoldenFolder.urls(kind, avatar)
    try await share(urls.filter(GoldenFolder.isFixture))
    for url in urls where !GoldenFolder.isFixture(url) {
      if let fault = await GoldenProcess.shared.fault(of: test, with: url) {
        Issue.record("\(url.lastPathComponent): \(fault)", sourceLocation: test.sourceLocation)
      }
    }
  }
}

/// The files that a test with the trait `.golden` is shown.
struct GoldenShare: Sendable {
  @TaskLocal static var current: GoldenShare?
  let kind: String
  let avatar: GoldenFile.Avatar
  let own: [URL]

  /// All files of the other kinds.
  func urls(_ kind: String, _ avatar: GoldenFile.Avatar) -> [URL]? { kind == self.kind && avatar == self.avatar ? own : nil }
}
