import Foundation

/// A command to go on with, as it can be pasted into a shell: words with blanks and the like are quoted.
package func suggestedCommand(_ words: [String]) -> String { words.map(shellQuoted).joined(separator: " ") }
package func suggestedCommand(_ words: String...) -> String { suggestedCommand(words) }

/// A word as a POSIX shell reads it back: itself if it is plain, otherwise in single quotes. Placeholders as `<run>` are not words.
package func shellQuoted(_ word: String) -> String {
  let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%")
  if !word.isEmpty, word.allSatisfy(plain.contains) { return word }
  return "'" + word.replacing("'", with: "'\\''") + "'"
}
