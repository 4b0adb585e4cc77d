import Foundation
import Runs
import Subject
import Torch

/// What `--load` names: a run folder or the file of an exported avatar.
struct AvatarSource {
  let avatar: SubjectAvatar
  /// Its own clip's dataset, which an exported avatar does not know.
  let data: URL?
  /// The file that it was loaded from.
  let file: URL
  /// Where `eval` leaves its figures: the run folder, or a folder beside the file.
  let results: URL

  /// Throws `Failure` where there is neither, or what loading throws.
  init(_ place: String, step: Int?, device: Device) throws {
    let url = URL(filePath: place)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue {
      if step != nil { throw Failure.usage("an exported avatar has one step only; leave out --step") }
      avatar = try SubjectAvatar(file: url, device: device)
      (data, file, results) = (nil, url, url.deletingPathExtension())
    } else {
      let run = try RunFolder.open(url)
      avatar = try SubjectAvatar(run: run, step: step, device: device, warn: complain)
      (data, file, results) = (URL(filePath: run.record.data).standardizedFileURL, run.file(avatar.step), run.url)
    }
  }
}
