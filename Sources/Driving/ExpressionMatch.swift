import Foundation

/// Which numbers of a motion's expression are an avatar's.
package struct ExpressionMatch {
  /// For each of the avatar's names, where the motion has it; nil where it has not.
  package let places: [Int?]
  /// Of the avatar's, those that the motion lacks.
  package let missing: [String]

  /// By name, and where there is none, by the same name in other letters (`EyeBlinkLeft`).
  package init(avatar: [String], motion: [String]) {
    let exact = Dictionary(motion.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    let loose = Dictionary(motion.enumerated().map { ($1.lowercased(), $0) }, uniquingKeysWith: { a, _ in a })
    places = avatar.map { exact[$0] ?? loose[$0.lowercased()] }
    missing = zip(avatar, places).filter { $1 == nil }.map(\.0)
  }

  /// Throws `DrivingError` where a motion has none of an avatar's expressions; otherwise `notice` hears which are missing, if any.
  ///
  /// `isSpoken`: what is heard moves the mouth, so that the avatar can do without them all.
  package static func checked(avatar: [String], motion: [String], from source: String, isSpoken: Bool = false, notice: (String) -> Void)
    throws
    -> ExpressionMatch
  {
    let match = ExpressionMatch(avatar: avatar, motion: motion)
    guard !match.missing.isEmpty else { return match }
    guard match.missing.count < avatar.count || isSpoken else {
      throw DrivingError.foreignExpressions(from: source, motion: motion, avatar: avatar)
    }
    notice("\(source): has no \(some(match.missing)); the avatar keeps there what is its rest")
    return match
  }
}
