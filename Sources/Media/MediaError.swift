import CFFmpeg
import Foundation

/// Why a media file could not be read or written, in one line that names the file and what to do.
public struct MediaError: Error, CustomStringConvertible, Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case missing, folder, notAFile, forbidden, empty, notMedia, truncated, audioOnly, noAudio, noFrames, tooLarge, unsupported, damaged
    case cannotWrite, diskFull, badRequest
  }
  public let kind: Kind
  public let url: URL
  public let description: String

  init(_ kind: Kind, _ url: URL, _ rest: String) {
    self.kind = kind
    self.url = url
    let line = "\(url.path(percentEncoded: false)): \(rest)"
    description = String(line.map { $0.isNewline ? " " : $0 })
  }

  static func writing(_ url: URL, errno code: Int32) -> MediaError {
    let reason = String(cString: strerror(code))
    return switch code {
    case ENOSPC, EDQUOT: MediaError(.diskFull, url, "the disk is full (\(reason)): free some space or write elsewhere")
    case EACCES, EPERM, EROFS: MediaError(.cannotWrite, url, "cannot be written (\(reason)): choose a folder you may write to")
    case ENOENT, ENOTDIR: MediaError(.cannotWrite, url, "its folder does not exist (\(reason)): make the folder first")
    default: MediaError(.cannotWrite, url, "cannot be written (\(reason)): check the disk, or write elsewhere")
    }
  }
}

/// What an FFmpeg status says, in its own words.
func text(ofStatus status: Int32) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) {
    av_strerror(status, $0.baseAddress!, 256)
    return String(cString: $0.baseAddress!)
  }
}

/// FFmpeg writes to the terminal unless told otherwise; every door into it evaluates this first.
let ffmpegIsQuiet: Void = av_log_set_level(AV_LOG_QUIET)
