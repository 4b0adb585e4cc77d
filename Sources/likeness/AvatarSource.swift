import Face
import Foundation
import Runs
import Speech
import Subject
import Torch

/// What `--load` names: a run folder or the file of an exported avatar.
struct AvatarSource {
  let avatar: any Avatar
  /// The avatar where it is one of a clip, which may hear.
  let subject: SubjectAvatar
  /// What it is called, how it was made, and after how many steps.
  var experiment: String { subject.record.experiment }
  var method: String { subject.record.method }
  var step: Int { subject.step }
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
      subject = try SubjectAvatar(file: url, device: device)
      (data, file, results) = (nil, url, url.deletingPathExtension())
    } else {
      let run = try RunFolder.open(url)
      subject = try SubjectAvatar(run: run, step: step, device: device, warn: complain)
      (data, file, results) = (URL(filePath: run.record.data).standardizedFileURL, run.file(subject.step), run.url)
    }
    avatar = subject
  }

  /// What hears for the mouth where `choice` asks for it, of a dataset whose array of features is given: the tracked expression goes before
  /// speech where both could and nothing was chosen. Throws `SubjectError` where the avatar cannot be driven so.
  func speech(_ choice: MouthChoice?, array: URL) throws -> (any SpeechFeatures)? {
    switch (choice, subject.driver) {
    case (.speech, .expression): throw SubjectError.hearsNothing
    case (.expression, .speech) where !subject.hasExpressions: throw SubjectError.needsSpeech
    case (.speech, _), (nil, .speech): return try subject.speechFeatures(file: array)
    case (.expression, _), (nil, _): return nil
    }
  }
}
