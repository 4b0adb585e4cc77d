import Consent
import Face
import Foundation
import Portrait
import Runs
import Speech
import Subject
import Torch

/// What `--load` names: a run folder, the file of an exported avatar, or that of a portrait.
struct AvatarSource {
  let avatar: any BackedAvatar
  /// The avatar where it is one of a clip, which may hear; nil for a portrait.
  let subject: SubjectAvatar?
  /// What it is called, how it was made, and after how many steps if it was trained.
  let experiment, method: String
  let step: Int?
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
    let subject: SubjectAvatar
    if !FileManager.default.fileExists(atPath: url.path), ["portrait", "safetensors"].contains(url.pathExtension) {
      throw Failure.input("\(place): there is no such file; name what portrait or export wrote, or a run folder")
    }
    if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue {
      if step != nil { throw Failure.usage("an exported avatar has one step only; leave out --step") }
      (data, file, results) = (nil, url, url.deletingPathExtension())
      if PortraitFile.isPortrait(url) {
        let portrait = try PortraitFile.read(url)
        (avatar, self.subject, self.step) = (portrait, nil, nil)
        (experiment, method) = (url.deletingPathExtension().lastPathComponent, "portrait")
        return
      }
      subject = try SubjectAvatar(file: url, device: device)
    } else {
      let run = try RunFolder.open(url)
      subject = try SubjectAvatar(run: run, step: step, device: device, warn: complain)
      (data, file, results) = (URL(filePath: run.record.data).standardizedFileURL, run.file(subject.step), run.url)
    }
    (avatar, self.subject, self.step) = (subject, subject, subject.step)
    (experiment, method) = (subject.record.experiment, subject.record.method)
  }

  /// Whose likeness it is; nil in runs and files of earlier versions.
  var consent: ConsentRecord? { subject?.consent ?? (avatar as? any PhotoAvatar)?.consent }

  /// Whether it was trained to hear speech.
  var hears: Bool { subject?.configuration.speech != nil }

  /// The avatar that speech may drive; throws `SubjectError` for one that hears nothing.
  func heard() throws -> SubjectAvatar {
    guard let subject else {
      throw Failure.usage(
        "\(file.relativePath): a portrait hears nothing; likeness animate --audio --speech-from <run> lets it speak as another avatar does")
    }
    return subject
  }

  /// What hears for the mouth where `choice` asks for it, of a dataset whose array of features is given: the tracked expression goes before
  /// speech where both could and nothing was chosen. Throws `SubjectError` where the avatar cannot be driven so.
  func speech(_ choice: MouthChoice?, array: URL) throws -> (any SpeechFeatures)? {
    guard let subject else {
      if choice == .speech { throw SubjectError.hearsNothing }
      return nil
    }
    switch (choice, subject.driver) {
    case (.speech, .expression): throw SubjectError.hearsNothing
    case (.expression, .speech) where !subject.hasExpressions: throw SubjectError.needsSpeech
    case (.speech, _), (nil, .speech): return try subject.speechFeatures(file: array)
    case (.expression, _), (nil, _): return nil
    }
  }
}
