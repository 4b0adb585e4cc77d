import Foundation

/// What TensorBoard shows: records of `tensorflow.Event` messages, each with checksums of its length and its data (TFRecord).
package final class EventFile {
  private let file: AppendingFile

  /// Starts a new file in `folder`; TensorBoard then forgets what earlier files of the folder say about later steps than `step`.
  package init(_ folder: URL, after step: Int, now: Date = Date()) throws {
    let time = Int(now.timeIntervalSince1970)
    file = try AppendingFile(folder.appending(path: "events.out.tfevents.\(time).\(getpid()).likeness"))
    try append(event(now, step: 0) { $0.text(3, "brain.Event:2") })
    if step > 0 { try append(event(now, step: step + 1) { $0.message(7) { $0.integer(1, 1) } }) }
  }

  /// One point in each named curve.
  package func append(step: Int, _ values: [String: Double], now: Date = Date()) throws {
    try append(
      event(now, step: step) { event in
        event.message(5) { summary in
          for name in values.keys.sorted() {
            summary.message(1) {
              $0.text(1, name)
              $0.float(2, Float(values[name]!))
            }
          }
        }
      })
  }

  private func event(_ time: Date, step: Int, _ content: (inout ProtocolBuffer) -> Void) -> ProtocolBuffer {
    var event = ProtocolBuffer()
    event.double(1, time.timeIntervalSince1970)
    event.integer(2, step)
    content(&event)
    return event
  }

  private func append(_ message: ProtocolBuffer) throws {
    var record = Data()
    func put<N: FixedWidthInteger>(_ number: N) { withUnsafeBytes(of: number.littleEndian) { record.append(contentsOf: $0) } }
    put(UInt64(message.bytes.count))
    put(CRC32C(record).masked)
    record.append(contentsOf: message.bytes)
    put(CRC32C(message.bytes).masked)
    try file.append(record)
  }
}

/// A message in the wire format of Protocol Buffers, as far as events need it.
private struct ProtocolBuffer {
  private(set) var bytes: [UInt8] = []

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
  private mutating func tag(_ field: Int, _ wire: Int) { varint(UInt64(field << 3 | wire)) }
  /// Zero, the default, is left out, as Protocol Buffers do.
  mutating func integer(_ field: Int, _ value: Int) {
    guard value != 0 else { return }
    tag(field, 0)
    varint(UInt64(bitPattern: Int64(value)))
  }
  mutating func double(_ field: Int, _ value: Double) {
    tag(field, 1)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }
  mutating func float(_ field: Int, _ value: Float) {
    tag(field, 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }
  mutating func text(_ field: Int, _ value: String) {
    tag(field, 2)
    varint(UInt64(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }
  mutating func message(_ field: Int, _ content: (inout ProtocolBuffer) -> Void) {
    var inner = ProtocolBuffer()
    content(&inner)
    tag(field, 2)
    varint(UInt64(inner.bytes.count))
    bytes.append(contentsOf: inner.bytes)
  }
}
