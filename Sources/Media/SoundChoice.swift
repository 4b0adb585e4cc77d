import CFFmpeg
import Foundation

extension URL {
  /// The same file, of whose sound tracks the one of this number from 1 is meant: `film.mkv#track=2`, as W3C's media fragments write it.
  /// nil leaves the choice to `AudioReader`.
  package func audioTrack(_ number: Int?) -> URL {
    guard let number else { return self }
    return URL(string: relativeString + "#track=\(number)", relativeTo: baseURL) ?? self
  }
  /// The sound track that is meant, from 1; nil where none is named.
  package var audioTrack: Int? {
    fragment.flatMap { $0.hasPrefix("track=") ? Int($0.dropFirst(6)) : nil }
  }
}

/// Which of a file's sound tracks is heard, and how its channels become one.
struct SoundChoice {
  let stream: UnsafeMutablePointer<AVStream>
  var mix = SoundConverter.Mix.usual
  /// What the user should know of it, each without the file's name.
  private(set) var notices: [String] = []

  /// Tracks quieter than this, decibels of full scale, or so much quieter than the loudest, are silent; steadier ones hold no speech.
  private static let silent = -55.0, quieter = 30.0, steady = 6.0

  /// The track that `url` names, otherwise the file's own choice, or one with speech where that one is silent. `mono` says that channels
  /// will be mixed to one. nil where the file has no sound; throws `MediaError` where it has no track of the number named.
  init?(_ url: URL, _ demuxer: Demuxer, mono: Bool) throws {
    let tracks = demuxer.streams.filter { $0.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO }
    guard let usual = demuxer.stream(AVMEDIA_TYPE_AUDIO) else { return nil }
    var surveys: [SoundSurvey?] = tracks.map { _ in nil }
    var chosen = tracks.firstIndex(of: usual) ?? 0
    if let number = url.audioTrack {
      guard tracks.indices.contains(number - 1) else {
        let which = tracks.count == 1 ? "one sound track" : "\(tracks.count) sound tracks"
        throw MediaError(.badRequest, url, "has \(which) and no track \(number): choose another --audio-track")
      }
      chosen = number - 1
    } else if tracks.count > 1 {
      surveys = tracks.map { try? SoundSurvey(url, stream: Int($0.pointee.index)) }
      let better = Self.speaking(surveys, usual: chosen)
      let why = better == chosen ? "" : ", since number \(chosen + 1) holds no speech"
      chosen = better
      notices.append("of its \(tracks.count) sound tracks, number \(chosen + 1) is used\(why); --audio-track chooses another")
    }
    stream = tracks[chosen]
    if mono, stream.pointee.codecpar.pointee.ch_layout.nb_channels > 1 {
      let survey = surveys[chosen] ?? (try? SoundSurvey(url, stream: Int(stream.pointee.index)))
      if let channel = survey?.loudestOfCancelling {
        mix = .only(channel)
        notices.append(
          "its \(survey?.channels.count ?? 2) channels cancel each other when they are mixed, so only channel \(channel + 1), the loudest, is used"
        )
      }
    }
  }

  /// The place of the track to hear: `usual` unless it is silent or steady and another one is neither.
  private static func speaking(_ surveys: [SoundSurvey?], usual: Int) -> Int {
    let loudness = surveys.map { $0?.loudness ?? -.infinity }
    let floor = max(silent, (loudness.max() ?? 0) - quieter)
    func speaks(_ track: Int) -> Bool { loudness[track] >= floor && (surveys[track]?.liveliness ?? 0) >= steady }
    if speaks(usual) { return usual }
    if let other = surveys.indices.filter(speaks).max(by: { loudness[$0] < loudness[$1] }) { return other }
    return loudness[usual] >= floor ? usual : surveys.indices.max { loudness[$0] < loudness[$1] } ?? usual
  }
}
