/// What a JPEG's markers tell. The decoder makes a grey rest of an image that is cut short and says nothing.
struct JPEGMarkers {
  /// Whether the image is there to its end.
  let end: Bool

  /// Walks over the segments to where the image's lines begin (a preview in a segment has an end of its own), then looks for the end:
  /// among coded lines the byte FF is never followed by D9.
  init(_ bytes: UnsafeRawBufferPointer) {
    var at = 2
    while at + 3 < bytes.count, bytes[at] == 0xFF, bytes[at + 1] != 0xDA {
      // FF may be repeated before a marker.
      guard bytes[at + 1] != 0xFF else {
        at += 1
        continue
      }
      at += 2 + Int(bytes[at + 2]) << 8 + Int(bytes[at + 3])
    }
    end = at < bytes.count && zip(bytes[at...], bytes[at...].dropFirst()).contains { $0 == 0xFF && $1 == 0xD9 }
  }
}
