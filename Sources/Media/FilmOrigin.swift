import CFFmpeg
import Foundation

/// The moment at which a film begins, for images and sound alike: when the first image that can be decoded is to be shown.
///
/// A container's own start may lie before it, where a recording begins between key frames, or beside it, where an edit list begins
/// between two images.
enum FilmOrigin {
  /// In seconds of the container's time; nil where the file holds no video.
  static func seconds(_ demuxer: Demuxer) throws -> Double? {
    guard let stream = demuxer.stream(AVMEDIA_TYPE_VIDEO)?.pointee else { return nil }
    let images = try? ImageStream(demuxer.url, threads: 1)
    if let images, try images.next() != nil { return images.start }
    // Sound beside images that nothing can decode.
    return stream.start_time == FFMPEG_NO_TIME ? nil : Double(stream.start_time) * stream.time_base.value
  }

  /// The container's time of the first image that `decoder` gave, in seconds.
  static func seconds(_ first: Frame, _ decoder: Decoder, _ demuxer: Demuxer) -> Double {
    let image = first.pointer.pointee, unit = decoder.stream.pointee.time_base.value
    guard image.best_effort_timestamp != FFMPEG_NO_TIME else { return 0 }
    let stated = Double(image.best_effort_timestamp) * unit
    // AVI says when images are decoded, not when they are shown, and its writers place sound by the first of them all the same.
    let saysWhenDecoded = ["avi", "matroska,webm"].contains(demuxer.formatName) && image.pts == FFMPEG_NO_TIME
    if saysWhenDecoded, let key = decoder.firstKeyTime, abs(stated - Double(key) * unit) < 0.5 { return Double(key) * unit }
    return decoder.leavesOut ? stated + lateness(demuxer, decoder.stream, stated) : stated
  }

  /// How long after the beginning of its edit list a stream shows its first image, which FFmpeg puts at that beginning: up to an image's
  /// time, where a film was cut without being encoded anew.
  private static func lateness(_ demuxer: Demuxer, _ stream: UnsafeMutablePointer<AVStream>, _ start: Double) -> Double {
    // In this mode FFmpeg moves all times by the list and leaves nothing out.
    guard let plain = try? Demuxer(demuxer.url, options: ["advanced_editlist": "0"]) else { return 0 }
    let index = stream.pointee.index
    var packet = av_packet_alloc()
    defer { av_packet_free(&packet) }
    guard let same = plain.streams.first(where: { $0.pointee.index == index }), let packet else { return 0 }
    plain.keepOnly(same)
    let unit = same.pointee.time_base.value
    var found: Double?
    while plain.read(packet) {
      guard packet.pointee.stream_index == index, packet.pointee.pts != FFMPEG_NO_TIME else { continue }
      // Nothing is shown before it is decoded.
      if let found, Double(packet.pointee.dts) * unit > found { break }
      let time = Double(packet.pointee.pts) * unit
      if time > start - 1e-6 { found = min(found ?? time, time) }
    }
    guard let found, found - start < 0.25 else { return 0 }
    return found - start
  }
}
