import Foundation

/// The speech recogniser PocketSphinx, opened when it is first needed: the tool is neither built against it nor needs it to start.
///
/// Declarations follow pocketsphinx.h of version 0.8+5prealpha, Debian's libpocketsphinx3.
final class PocketSphinx: @unchecked Sendable {
  static let file = "libpocketsphinx.so.3"
  /// What `scripts/setup` installs for it.
  static let remedy = "install Debian's libpocketsphinx3 and pocketsphinx-en-us (scripts/setup does), or use mel features"

  typealias Handle = OpaquePointer
  typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  let definitions: @convention(c) () -> Handle?
  /// A configuration to change or nil, definitions, number of words, words, whether unknown ones are mistakes.
  let configure: @convention(c) (Handle?, Handle?, Int32, Arguments?, Int32) -> Handle?
  let freeConfiguration: @convention(c) (Handle?) -> Int32
  let make: @convention(c) (Handle?) -> Handle?
  let free: @convention(c) (Handle?) -> Int32
  let start, end: @convention(c) (Handle?) -> Int32
  /// Decoder, samples, their number, whether not to search, whether they are all of the utterance.
  let process: @convention(c) (Handle?, UnsafePointer<Int16>?, Int, Int32, Int32) -> Int32
  let segments, next: @convention(c) (Handle?) -> Handle?
  let word: @convention(c) (Handle?) -> UnsafePointer<CChar>?
  /// Segment, its first and its last frame.
  let frames: @convention(c) (Handle?, UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?) -> Void

  private static let opened = Result { try PocketSphinx(file) }
  static func shared() throws -> PocketSphinx { try opened.get() }

  /// Throws `SpeechError` where the library is absent or another version.
  init(_ file: String) throws {
    guard let library = dlopen(file, RTLD_NOW | RTLD_LOCAL) else {
      throw SpeechError(.setUp, "\(file): phonemes need this library, which is missing; \(Self.remedy)")
    }
    func symbol<F>(_ name: String, _: F.Type = F.self) throws -> F {
      guard let address = dlsym(library, name) else {
        throw SpeechError(.setUp, "\(file): \(name) is missing, so this is another version; \(Self.remedy)")
      }
      return unsafeBitCast(address, to: F.self)
    }
    definitions = try symbol("ps_args")
    configure = try symbol("cmd_ln_parse_r")
    freeConfiguration = try symbol("cmd_ln_free_r")
    make = try symbol("ps_init")
    free = try symbol("ps_free")
    start = try symbol("ps_start_utt")
    end = try symbol("ps_end_utt")
    process = try symbol("ps_process_raw")
    segments = try symbol("ps_seg_iter")
    next = try symbol("ps_seg_next")
    word = try symbol("ps_seg_word")
    frames = try symbol("ps_seg_frames")
  }
}
