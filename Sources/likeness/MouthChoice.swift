import ArgumentParser
import Subject

/// What moves an avatar's mouth where both could.
enum MouthChoice: String, ExpressibleByArgument, CaseIterable { case expression, speech }

extension MouthChoice? {
  /// What is chosen, or what the avatar was trained for, the tracked expression before speech; throws `SubjectError` where it cannot be so driven.
  func driver(of avatar: SubjectAvatar) throws -> Driver {
    switch (self, avatar.driver) {
    case (.speech, .expression): throw SubjectError.hearsNothing
    case (.expression, .speech) where !avatar.hasExpressions: throw SubjectError.needsSpeech
    case (.speech, _), (nil, .speech): return .speech
    case (.expression, _), (nil, _): return .expression
    }
  }
}
