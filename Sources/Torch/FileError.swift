import Foundation

/// Why a file could not be read or written: one line with the file, the system's words and what to do.
package struct FileError: KindedError {
  package let url: URL
  /// What was tried: "cannot write".
  package let problem: String
  /// The system's number for the reason; 0 where it has none.
  package let code: Int32
  /// What the user can do about it.
  package let remedy: String
  /// `.input` for a file that was to be read, `.system` for one that was to be written.
  package let errorKind: ErrorKind

  package init(_ url: URL, _ problem: String, code: Int32 = 0, remedy: String? = nil, kind: ErrorKind = .system) {
    (self.url, self.problem, self.code, errorKind) = (url, problem, code, kind)
    self.remedy = remedy ?? Self.remedy(for: code)
  }

  package var description: String {
    let reason = code == 0 ? "" : ": " + String(cString: strerror(code))
    return "\(url.relativePath): \(problem)\(reason); \(remedy)"
  }

  private static func remedy(for code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT: "free some space on that disk or write elsewhere"
    case EACCES, EPERM: "change its permissions or choose another place"
    case EROFS: "choose a place that can be written to"
    case ENOENT: "check the path; its folder must exist"
    case ENOTDIR, EISDIR, ELOOP, ENAMETOOLONG: "check the path"
    case EFBIG: "raise the limit on file sizes (ulimit -f) or write to another disk"
    case EMFILE, ENFILE: "raise the limit on open files (ulimit -n)"
    case ENOMEM: "close other programs to free memory"
    default: "check the disk"
    }
  }
}
