import Face
import Foundation
import Synchronization
import Torch

/// A folder that is filled with a population: a data set as EG3D reads them (`dataset.json` and images) with `masks/`, `depth/` and
/// `population.safetensors` beside.
///
/// What was finished before a kill is kept; `dataset.json` comes last, so that a folder with it is complete.
package final class PopulationFolder {
  /// Settings that make the same images, in `population.json`.
  private struct Settings: Codable, Equatable {
    /// Counts changes of what is drawn.
    var drawing = 1
    var model: String
    var script: PopulationScript
  }
  private static let settingsName = "population.json"

  package let root: URL
  package let crowd: Crowd
  /// Images that are still to be drawn.
  package private(set) var missing: [Int] = []
  private let store: ImageStore
  /// Held as long as this object lives, against a second process.
  private var lock: Int32 = -1

  /// Opens or makes the folder. Throws `PopulationError` if it holds something else or the disk is too small, `FileError`.
  package init(_ root: URL, crowd: Crowd) throws {
    self.root = root
    self.crowd = crowd
    store = ImageStore(root: root)
    let settings = Settings(model: crowd.model.name, script: crowd.script), file = root.appending(path: Self.settingsName)
    let path = root.relativePath
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: root.path, isDirectory: &isFolder)
    if isThere {
      guard isFolder.boolValue else { throw PopulationError.folder(path, "is a file; name a folder for the population") }
      try check(settings)
    }
    missing = (0..<crowd.script.count).filter { !store.holds($0) }
    try checkSpace()
    do {
      try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    } catch {
      throw FileError(root, "cannot make the folder", code: errno, remedy: "check the path, its permissions and the disk")
    }
    try takeLock(path)
    // What another process did before it let go is seen only now.
    try check(settings)
    missing = (0..<crowd.script.count).filter { !store.holds($0) }
    try store.prepare(count: crowd.script.count)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try AtomicFile.write(try encoder.encode(settings), to: file)
  }
  deinit { if lock >= 0 { close(lock) } }

  /// Throws where the folder holds something else, or a population made otherwise.
  private func check(_ settings: Settings) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: root.path).filter {
      $0 != ".lock" && !$0.hasPrefix(".population.json.partial")
    }
    if names.contains(Self.settingsName) {
      try Self.compare(settings, root.appending(path: Self.settingsName), root.relativePath)
    } else if !names.isEmpty {
      throw PopulationError.folder(root.relativePath, "contains other files (\(names.sorted()[0])); name a new or empty folder")
    }
  }
  private static func compare(_ settings: Settings, _ file: URL, _ path: String) throws {
    guard let data = try? Data(contentsOf: file), let found = try? JSONDecoder().decode(Settings.self, from: data) else {
      throw PopulationError.folder(path, "its \(settingsName) is damaged; name a new folder")
    }
    var wanted = settings
    // More of the same is welcome.
    wanted.script.count = found.script.count
    guard wanted == found else {
      let s = found.script
      throw PopulationError.folder(
        path,
        "holds a population with other settings (model \(found.model), --seed \(s.seed), --views \(s.views), --size \(s.size), --yaw \(s.yaw), "
          + "--pitch \(s.pitch)); give the same, or name a new folder")
    }
    guard settings.script.count >= found.script.count else {
      throw PopulationError.folder(
        path, "holds a population of \(found.script.count) images; ask for as many or more, or name a new folder")
    }
  }
  private func takeLock(_ path: String) throws {
    let file = root.appending(path: ".lock")
    lock = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard lock >= 0 else { throw FileError(file, "cannot write", code: errno) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      throw PopulationError.folder(path, "is being filled by another process; wait for it or name another folder")
    }
  }

  /// Bytes that the missing images will take, about.
  package var need: Int { ImageStore.need(count: missing.count, size: crowd.script.size) }
  private func checkSpace() throws {
    var at = root.absoluteURL
    while !FileManager.default.fileExists(atPath: at.path), at.pathComponents.count > 1 { at.deleteLastPathComponent() }
    var space = statvfs()
    // Without blocks it is no disk, and making the folder there will say what is wrong.
    guard statvfs(at.path, &space) == 0, space.f_blocks > 0 else { return }
    let free = Int(space.f_bavail) * Int(space.f_frsize)
    guard need <= free else { throw PopulationError.space(root.relativePath, needed: need, free: free) }
  }

  /// Draws what is missing, on `lanes` threads, each a person at a time, until done or `stop` says so; then writes what is known of all.
  ///
  /// `progress` hears how many images are done, one call at a time. Returns whether all are done. Throws `FileError`, `MediaError`.
  package func fill(lanes: Int, stop: @escaping () -> Bool = { false }, progress: @escaping (Int) -> Void = { _ in }) throws -> Bool {
    let people = Dictionary(grouping: missing) { $0 / crowd.script.views }.sorted { $0.key < $1.key }
    let next = Mutex(0), failure = Mutex<(any Error)?>(nil), done = Mutex(crowd.script.count - missing.count)
    progress(crowd.script.count - missing.count)
    _ = Lanes.map(max(1, min(lanes, people.count))) { _ in
      while !stop(), failure.withLock({ $0 == nil }) {
        let turn = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard turn < people.count else { return }
        do {
          // Operators add up alike whatever the number of threads.
          try Lanes.alone {
            try draw(people[turn].key, people[turn].value, stop) {
              done.withLock { done in
                done += 1
                progress(done)
              }
            }
          }
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    missing = missing.filter { !store.holds($0) }
    guard missing.isEmpty else { return false }
    // Images were written without waiting for the disk.
    sync()
    try PopulationRecord(crowd).write(to: root)
    return true
  }
  private func draw(_ person: Int, _ images: [Int], _ stop: () -> Bool, _ finished: () -> Void) throws {
    let sitter = crowd.sitter(person)
    for image in images where !stop() {
      try store.write(sitter.image(crowd.shot(image)), image)
      finished()
    }
  }
}
