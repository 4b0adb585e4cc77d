import Torch

/// The pixels of each class in the frames' label maps, computed when needed and kept while memory lasts.
final class PixelLists {
  /// Pixel numbers of a frame, class by class.
  struct Frame {
    let pixels: [Int32]
    /// Of every pixel the class, or anything above; and the pixels of a row.
    let labels: [UInt8]
    let width: Int
    /// Where each class starts, and the end.
    let starts: [Int]
    var counts: [Int] { zip(starts.dropFirst(), starts).map { $0 - $1 } }
    subscript(label: Int) -> ArraySlice<Int32> { pixels[starts[label]..<starts[label + 1]] }
  }
  private let classes: Int
  private let labels: (Int) throws -> Tensor
  private var kept: [Int: Frame] = [:]
  private var memory: Int

  init(classes: Int, memory: Int, labels: @escaping (Int) throws -> Tensor) {
    self.classes = classes
    self.memory = memory
    self.labels = labels
  }

  subscript(frame: Int) -> Frame {
    get throws {
      if let known = kept[frame] { return known }
      let map = try labels(frame), lists = map.withElements(UInt8.self) { Self.sort($0, classes, width: map.size(-1)) }
      let size = 4 * lists.pixels.count + lists.labels.count
      if size <= memory {
        memory -= size
        kept[frame] = lists
      }
      return lists
    }
  }

  /// Counting sort of the pixels by class; those without are left out.
  private static func sort(_ labels: UnsafeBufferPointer<UInt8>, _ classes: Int, width: Int) -> Frame {
    var counts = [Int](repeating: 0, count: 256)
    for label in labels { counts[Int(label)] += 1 }
    var starts = [0]
    for label in 0..<classes { starts.append(starts[label] + counts[label]) }
    var place = starts
    let pixels = [Int32](unsafeUninitializedCapacity: starts[classes]) { buffer, count in
      for (i, label) in labels.enumerated() where label < classes {
        buffer[place[Int(label)]] = Int32(i)
        place[Int(label)] += 1
      }
      count = starts[classes]
    }
    return Frame(pixels: pixels, labels: Array(labels), width: width, starts: starts)
  }
}
