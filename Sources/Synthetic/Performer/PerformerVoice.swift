import Foundation

/// One speech sound and when it is heard, in seconds.
package struct Phoneme: Equatable, Sendable {
  /// In the International Phonetic Alphabet; empty for a pause.
  package var symbol: String
  package var start: Double
  package var end: Double

  package init(symbol: String, start: Double, end: Double) { (self.symbol, self.start, self.end) = (symbol, start, end) }
}

/// Spoken text: the sound and the times of its phonemes.
package struct Utterance: Sendable {
  /// In -1...1, one channel.
  package var samples: [Float]
  package var sampleRate: Int
  package var phonemes: [Phoneme]

  package init(samples: [Float], sampleRate: Int, phonemes: [Phoneme]) {
    (self.samples, self.sampleRate, self.phonemes) = (samples, sampleRate, phonemes)
  }
  package var duration: Double { Double(samples.count) / Double(sampleRate) }
}

/// Speaks text through eSpeak NG, whose library reports when each phoneme begins.
///
/// The library is opened when first needed, so nothing else of the tool depends on it. It keeps one voice per process: calls take turns.
package enum PerformerVoice {
  private static let turn = NSLock()
  private struct Request: Hashable {
    var text: String
    var voice: String
    var pitch: Int
    var speed: Int
  }
  /// The library's voice wavers on from one sentence to the next; said again, a sentence is what it was the first time.
  nonisolated(unsafe) private static var said: [Request: Utterance] = [:]
  nonisolated(unsafe) private static var heard: [Int16] = []
  nonisolated(unsafe) private static var events: [(symbol: String, sample: Int)] = []

  private typealias Callback = @convention(c) (UnsafeMutablePointer<Int16>?, Int32, UnsafeRawPointer?) -> Int32
  private struct Library {
    typealias Synthesise =
      @convention(c) (UnsafeRawPointer, Int, UInt32, Int32, UInt32, UInt32, UnsafeRawPointer?, UnsafeRawPointer?) -> Int32
    typealias SetVoice = @convention(c) (UnsafePointer<CChar>) -> Int32
    typealias SetParameter = @convention(c) (Int32, Int32, Int32) -> Int32
    let synthesise: Synthesise
    let setVoice: SetVoice
    let setParameter: SetParameter
    let sampleRate: Int
  }
  private static let library: Result<Library, PerformerError> = open()

  /// Whether eSpeak NG is installed.
  package static var isAvailable: Bool { (try? library.get()) != nil }

  /// Speaks `text` with a voice of eSpeak NG, as `en-us`; `pitch` is 0...99, `speed` in words a minute.
  ///
  /// Throws `PerformerError` if eSpeak NG or the voice is missing.
  package static func speak(_ text: String, voice: String = "en-us", pitch: Int = 50, speed: Int = 150) throws -> Utterance {
    turn.lock()
    defer { turn.unlock() }
    let library = try self.library.get()
    let request = Request(text: text, voice: voice, pitch: pitch, speed: speed)
    if let said = said[request] { return said }
    heard = []
    events = []
    guard library.setVoice(voice) == 0 else { throw PerformerError.voice(voice) }
    _ = library.setParameter(Parameter.rate, Int32(speed), 0)
    _ = library.setParameter(Parameter.pitch, Int32(pitch), 0)
    var bytes = Array(text.utf8)
    bytes.append(0)
    // Text in UTF-8, with a pause after the last sentence.
    guard library.synthesise(bytes, bytes.count, 0, 0, 0, 0x1001, nil, nil) == 0 else {
      throw PerformerError.synthesis
    }
    let rate = Double(library.sampleRate)
    var phonemes: [Phoneme] = []
    for (i, event) in events.enumerated() {
      let end = i + 1 < events.count ? events[i + 1].sample : heard.count
      guard end > event.sample else { continue }
      phonemes.append(Phoneme(symbol: event.symbol, start: Double(event.sample) / rate, end: Double(end) / rate))
    }
    let utterance = Utterance(samples: heard.map { Float($0) / 32768 }, sampleRate: library.sampleRate, phonemes: phonemes)
    said[request] = utterance
    return utterance
  }

  private enum Parameter {
    static let rate: Int32 = 1
    static let pitch: Int32 = 3
  }
  /// Layout of an event as the library's version 1 interface has it: a phoneme's UTF-8 name lies where other kinds have a number.
  private enum Event {
    static let stride = 40
    static let sampleOffset = 20
    static let nameOffset = 32
    static let phoneme: Int32 = 7
  }

  private static let receive: Callback = { samples, count, events in
    if let samples, count > 0 { heard.append(contentsOf: UnsafeBufferPointer(start: samples, count: Int(count))) }
    guard var event = events else { return 0 }
    while case let kind = event.load(as: Int32.self), kind != 0 {
      if kind == Event.phoneme {
        let name = UnsafeRawBufferPointer(start: event + Event.nameOffset, count: 8).prefix { $0 != 0 }
        let sample = Int(event.load(fromByteOffset: Event.sampleOffset, as: Int32.self))
        PerformerVoice.events.append((String(decoding: name, as: UTF8.self), sample))
      }
      event += Event.stride
    }
    return 0
  }

  private static func open() -> Result<Library, PerformerError> {
    guard let handle = dlopen("libespeak-ng.so.1", RTLD_NOW) else { return .failure(.noVoice) }
    guard let initialise = dlsym(handle, "espeak_Initialize"), let setCallback = dlsym(handle, "espeak_SetSynthCallback"),
      let synthesise = dlsym(handle, "espeak_Synth"), let setVoice = dlsym(handle, "espeak_SetVoiceByName"),
      let setParameter = dlsym(handle, "espeak_SetParameter")
    else { return .failure(.noVoice) }
    typealias Initialise = @convention(c) (Int32, Int32, UnsafePointer<CChar>?, Int32) -> Int32
    let rate = unsafeBitCast(initialise, to: Initialise.self)(Output.synchronous, 0, nil, Output.ipaPhonemeEventsWithoutExit)
    guard rate > 0 else { return .failure(.noVoice) }
    unsafeBitCast(setCallback, to: (@convention(c) (Callback) -> Void).self)(receive)
    return .success(
      Library(
        synthesise: unsafeBitCast(synthesise, to: Library.Synthesise.self), setVoice: unsafeBitCast(setVoice, to: Library.SetVoice.self),
        setParameter: unsafeBitCast(setParameter, to: Library.SetParameter.self), sampleRate: Int(rate)))
  }
  private enum Output {
    static let synchronous: Int32 = 2
    /// Phoneme events, in the International Phonetic Alphabet, and an error instead of an exit where data are missing.
    static let ipaPhonemeEventsWithoutExit: Int32 = 0x8003
  }
}
