import Consent
import Face
import Foundation
import Marking
import Portrait
import Runs
import Torch

extension AvatarSource {
  /// What marks say of it; `isComposite` where it is shown before what was filmed.
  func shown(isComposite: Bool = true) throws -> ShownLikeness {
    let source: ShownLikeness.Source = isComposite ? .composite : .trained
    guard let subject else {
      return ShownLikeness(photo: avatar, name: experiment, source, consent: consent)
    }
    // Neither where the clip lies nor how long the training was to be: an exported file knows neither.
    let record = subject.record, encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let configuration = String(decoding: try encoder.encode(record.configuration), as: UTF8.self)
    let person = record.fingerprint ?? record.experiment
    return ShownLikeness(
      experiment, source, consent: consent, avatar: person, run: "\(person) \(subject.step) \(configuration)")
  }
}

extension ShownLikeness {
  /// Of a photo's avatar.
  init(photo avatar: any Avatar, name: String, _ source: Source, consent: ConsentRecord?) {
    let scene = avatar.scene, numbers = scene.identity.map { "\($0)" }.joined(separator: " ")
    let pose = scene.pose.rows.map { "\($0)" }.joined(separator: " ")
    self.init(name, source, consent: consent, avatar: consent?.source ?? numbers, run: "\(numbers) \(pose)")
  }
}
