import Foundation
import Media
import Synchronization
import Testing
import Torch

/// A disk that fails is heard of, and no part of a film stands under its final name.
@Suite struct DiskTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func write(_ url: URL, _ calls: DiskCalls) throws {
    let writer = try VideoWriter(url, width: 96, height: 64, rate: 25, sound: .samples(rate: 16000), calls: calls)
    for i in 0..<60 {
      try writer.append(TestFilm.frame(i))
      try writer.append(samples: tone(300, seconds: 0.04, rate: 16000))
    }
    try writer.finish()
  }

  /// The n-th write and all after it fail with `code`.
  private func failing(from n: Int, _ code: Int32, onlyOnce: Bool = false) -> DiskCalls {
    let count = Mutex(0)
    var calls = DiskCalls()
    calls.write = { descriptor, bytes, size in
      let number = count.withLock { count in
        count += 1
        return count
      }
      if number == n || (number > n && !onlyOnce) {
        errno = code
        return -1
      }
      return Glibc.write(descriptor, bytes, size)
    }
    return calls
  }

  @Test(arguments: [ENOSPC, EIO, EDQUOT]) func everyWriteMayFail(code: Int32) throws {
    var failures = 0, films = 0
    for n in 1...200 {
      let url = scratch.file("film.mp4")
      do {
        try write(url, failing(from: n, code))
        films += 1
        #expect(scratch.names == ["film.mp4"])
        #expect(try TestFilm.numbers(VideoReader(url)) == Array(0..<60))
        try FileManager.default.removeItem(at: url)
        if films > 12 { break }
      } catch let error as FileError {
        failures += 1
        #expect(error.code == code && error.description.contains("film.mp4"), "\(error)")
        #expect(scratch.names == [], "after write \(n)")
      }
    }
    #expect(failures > 3 && films > 3, "\(failures) failures, \(films) films")
  }

  @Test func whatStoodThereStays() throws {
    let url = scratch.file("film.mp4")
    try TestFilm.write(url, 5)
    let before = try Data(contentsOf: url)
    #expect(throws: FileError.self) { try write(url, failing(from: 2, ENOSPC)) }
    #expect(try Data(contentsOf: url) == before)
    #expect(scratch.names == ["film.mp4"])
  }

  @Test func interruptedAndShortWritesAreContinued() throws {
    try write(scratch.file("interrupted.mp4"), failing(from: 3, EINTR, onlyOnce: true))
    var calls = DiskCalls()
    calls.write = { descriptor, bytes, size in Glibc.write(descriptor, bytes, min(size, 1000)) }
    try write(scratch.file("short.mp4"), calls)
    for name in scratch.names { #expect(try TestFilm.numbers(VideoReader(scratch.file(name))) == Array(0..<60)) }
  }

  @Test func syncAndRenameMustSucceed() throws {
    var calls = DiskCalls()
    calls.fsync = { _ in
      errno = EIO
      return -1
    }
    #expect(throws: FileError.self) { try write(scratch.file("film.mp4"), calls) }
    #expect(scratch.names == [])
    calls = DiskCalls()
    calls.rename = { _, _ in
      errno = EACCES
      return -1
    }
    #expect(throws: FileError.self) { try write(scratch.file("film.mp4"), calls) }
    #expect(scratch.names == [])
  }

  @Test func unfinishedFilmsGoAway() throws {
    do {
      let writer = try VideoWriter(scratch.file("film.mp4"), width: 96, height: 64)
      for i in 0..<5 { try writer.append(TestFilm.frame(i)) }
      #expect(scratch.names.count == 1)
    }
    #expect(scratch.names == [])
  }

  /// What a killed run leaves is what lies on the disk at some moment before the end.
  @Test func killedFilmsPlay() throws {
    let writer = try VideoWriter(scratch.file("film.mp4"), width: 96, height: 64, sound: .samples(rate: 16000))
    for i in 0..<200 {
      try writer.append(TestFilm.frame(i))
      try writer.append(samples: tone(300, seconds: 0.04, rate: 16000))
      guard i % 50 == 49 else { continue }
      let part = try #require(scratch.names.first { $0.hasPrefix("film.unfinished-") && $0.hasSuffix(".mp4") })
      let killed = scratch.file("killed.mp4")
      try Data(contentsOf: scratch.file(part)).write(to: killed)
      let shown = try TestFilm.numbers(VideoReader(killed))
      // The last few may lack the images between them.
      let safe = shown.count - 4
      #expect(shown.prefix(safe) == Array(0..<safe)[...] && safe >= i - 45, "after \(i + 1) frames: \(shown)")
      #expect(abs(try AudioReader.read(killed).count - shown.count * 640) < 8000)
    }
  }
}
