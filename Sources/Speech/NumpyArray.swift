import Foundation
import Torch

/// An array of floating-point numbers in a NumPy file, read from the disk as it is used.
package struct NumpyArray {
  package let url: URL
  let header: NumpyHeader
  package var shape: [Int] { header.shape }
  private let data: Data

  /// Throws `SpeechError` where the file is not sound, `FileError` where it cannot be read.
  package init(_ url: URL) throws {
    self.url = url
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw FileError(url, "cannot read", code: ENOENT, kind: .input)
    }
    guard !isFolder.boolValue else { throw FileError(url, "is a folder", remedy: "name an .npy file", kind: .input) }
    do { data = try Data(contentsOf: url, options: .alwaysMapped) } catch {
      throw FileError(url, "cannot read", code: EACCES, kind: .input)
    }
    switch data.withUnsafeBytes({ bytes in Result { () throws(NumpyHeader.Problem) in try NumpyHeader(bytes) } }) {
    case .success(let read): header = read
    case .failure(let problem): throw SpeechError(.badInput, "\(url.relativePath): \(problem.what); \(problem.remedy)")
    }
  }

  /// Some of the entries along the first dimension as float32; throws where one of their numbers is not finite.
  package func rows(_ range: Range<Int>) throws -> Tensor {
    let inner = shape.dropFirst().reduce(1, *)
    let floats = [Float](unsafeUninitializedCapacity: range.count * inner) { buffer, count in
      data.withUnsafeBytes { bytes in
        for row in range {
          for i in 0..<inner {
            let place = header.isFortran ? row + shape[0] * swapped(i) : row * inner + i
            buffer[count] = number(bytes, place)
            count += 1
          }
        }
      }
    }
    if let bad = floats.firstIndex(where: { !$0.isFinite }) {
      throw SpeechError(
        .badInput,
        "\(url.relativePath): entry \(range.lowerBound + bad / inner) contains a value that is not finite (NaN or infinity); compute the features again"
      )
    }
    return Tensor(floats, [range.count] + shape.dropFirst())
  }

  /// Where element `i`, counted with the last index fastest, of an entry comes when the first index is.
  private func swapped(_ i: Int) -> Int {
    var (left, place) = (i, 0)
    var stride = shape.dropFirst().reduce(1, *)
    for length in shape.dropFirst().reversed() {
      stride /= length
      place += left % length * stride
      left /= length
    }
    return place
  }
  private func number(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Float {
    let at = header.start + place * header.number.size
    switch header.number {
    case .half: return Float(Float16(bitPattern: word(bytes, at)))
    case .single: return Float(bitPattern: word(bytes, at))
    case .double: return Float(Double(bitPattern: word(bytes, at)))
    }
  }
  private func word<W: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> W {
    let raw = bytes.loadUnaligned(fromByteOffset: at, as: W.self)
    return header.isBigEndian ? W(bigEndian: raw) : W(littleEndian: raw)
  }
}
