import Consent
import Foundation
import Radiance
import Runs
import Speech
import Talking
import Torch

/// An avatar alone in one file, to be drawn where its run is not: its weights, or what images are drawn from made of them, and its scene.
/// It has a checkpoint's format, with a checksum of every tensor; nothing of the training is in it but the configuration.
package struct AvatarFile {
  enum Content: String {
    /// All weights.
    case weights
    /// `BakedPlanes`.
    case baked
  }
  let record: RunRecord
  let configuration: SubjectConfiguration
  let scene: SubjectScene
  let step: Int
  let field: any ImageField
  /// Whose likeness it is; nil in files and runs of earlier versions.
  let consent: ConsentRecord?
  /// nil where it hears nothing.
  let speech: SpeechDriver?
  /// What it hears any voice by; nil where it hears nothing, or otherwise.
  let face: SpeechFace?

  private static let format = "likeness.avatar", version = 1
  /// What names of the network for any voice begin with.
  private static let hearing = "hearing."

  /// Writes the file, atomically; throws `FileError`.
  package func write(to url: URL) throws {
    let content = field is BakedPlanes ? Content.baked : .weights
    var tensors: [String: Tensor] = [:]
    for (name, tensor) in field.namedState(prefix: "model.") { tensors[name] = tensor.detach().to(.cpu).contiguous() }
    for (name, tensor) in speech?.namedState(prefix: "speech.") ?? [:] { tensors[name] = tensor.detach().contiguous() }
    let hearing = face?.packed
    for (name, tensor) in hearing?.tensors ?? [:] { tensors[Self.hearing + name] = tensor }
    for (name, tensor) in scene.tensors { tensors["scene." + name] = tensor }
    var metadata = Dictionary(uniqueKeysWithValues: scene.metadata.map { ("scene." + $0, $1) })
    for (name, text) in hearing?.metadata ?? [:] { metadata[Self.hearing + name] = text }
    var record = record
    // Where the clip lies says something about whoever made the avatar.
    (record.data, record.maxMinutes) = ("", nil)
    metadata["record"] = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
    (metadata["format"], metadata["version"], metadata["content"]) = (Self.format, "\(Self.version)", content.rawValue)
    metadata[ConsentFile.key] = consent.map(ConsentFile.text)
    metadata["notice"] = "A likeness of a person: use it only as that person has agreed to, and say that what you show is synthetic."
    try Checkpoint(step: step, tensors: tensors, metadata: metadata).write(to: url)
  }

  /// Reads what `write` wrote, all of it checked; throws `SubjectError`, `RunError` or what reading the file throws, naming it.
  static func read(_ url: URL) throws -> AvatarFile {
    do {
      let file = try Checkpoint.read(url)
      guard file.metadata["format"] == format else { throw SubjectError.file(url, "is a checkpoint of a run; name the run's folder") }
      let version = file.metadata["version"] ?? "?"
      guard version == "\(Self.version)" else { throw RunError(url, .newer(version: version, known: Self.version)) }
      return try AvatarFile(file, url)
    } catch let error as RunError {
      switch error.reason {
      case .damaged(let part): throw SubjectError.file(url, "is not a valid avatar file (\(part)); export it again")
      case .configuration(let text): throw SubjectError.file(url, "has a configuration that cannot be used (\(text)); export it again")
      default: throw error
      }
    } catch let error as ModuleError {
      throw SubjectError.file(url, "does not contain the tensors that its configuration needs (\(error.fault)); export it again")
    } catch let error as DecodingError {
      throw SubjectError.file(url, "has a configuration that cannot be used (\(error.oneLine)); export it again")
    }
  }

  package init(
    record: RunRecord, configuration: SubjectConfiguration, scene: SubjectScene, step: Int, field: any ImageField,
    consent: ConsentRecord? = nil, speech: SpeechDriver? = nil, face: SpeechFace? = nil
  ) {
    (self.record, self.configuration, self.scene, self.step, self.field) = (record, configuration, scene, step, field)
    (self.consent, self.speech, self.face) = (consent, speech, face)
  }

  private init(_ file: Checkpoint, _ url: URL) throws {
    func part<V>(_ prefix: String, _ all: [String: V]) -> [String: V] {
      Dictionary(uniqueKeysWithValues: all.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }
    record = try JSONDecoder().decode(RunRecord.self, from: Data((file.metadata["record"] ?? "").utf8))
    configuration = try SubjectConfiguration(record, at: url)
    (step, consent) = (file.step, ConsentFile.record(in: file.metadata))
    scene = try SubjectScene(tensors: part("scene.", file.tensors), metadata: part("scene.", file.metadata), url)
    guard scene.drivingMean.numel == configuration.field.driving else { throw SubjectError.scene(url, "driving.mean") }
    speech = try configuration.loadSpeech(file.tensors)
    face = try configuration.hearsGenerally ? SpeechFace(part(Self.hearing, file.tensors), part(Self.hearing, file.metadata), url) : nil
    let model = part("model.", file.tensors), content = Content(rawValue: file.metadata["content"] ?? "")
    // Before room is made for what is not there.
    let least = configuration.gridNumbers(folded: content == .baked), held = model.values.reduce(0) { $0 + $1.numel }
    guard least <= held else { throw SubjectError.file(url, "contains \(held) values, but its grids alone need \(least); export it again") }
    switch (content, configuration.planes) {
    case (.weights, _): field = configuration.makeField(Generator(seed: 0))
    case (.baked, let planes?):
      field = BakedPlanes(
        planes, driving: configuration.field.driving, classes: configuration.field.classes, nodes: model["nodes"]?.numel ?? 0)
    case (.baked, nil), (nil, _):
      throw SubjectError.file(url, "does not say what it contains; export it again")
    }
    try field.load(model)
    try field.check()
  }
}

extension SubjectConfiguration {
  /// Whether speech is heard by the network for any voice.
  var hearsGenerally: Bool { speech?.features == SpeechKind.general.rawValue }
  /// Where a run keeps the network for any voice that its avatar learnt to hear by, so that one of a later version changes nothing.
  func faceFile(_ run: RunFolder) -> URL? { hearsGenerally ? run.url.appending(path: SpeechFace.shippedName) : nil }

  /// The network that hears, with its weights among `tensors`; nil where the configuration has none. Throws `ModuleError`.
  func loadSpeech(_ tensors: [String: Tensor]) throws -> SpeechDriver? {
    guard let speech else { return nil }
    guard let channels = tensors["speech.mean"]?.numel else { throw ModuleError.missing("speech.mean") }
    let driver = SpeechDriver(speech, channels: channels, driving: field.driving, Generator(seed: 0))
    try driver.load(tensors.filter { $0.key.hasPrefix("speech.") }, prefix: "speech.")
    return driver
  }

  /// How many numbers the grids of its field have; `folded` has one level of planes.
  fileprivate func gridNumbers(folded: Bool) -> Int {
    guard let c = planes else { return field.grid.channels * field.grid.resolution.reduce(1, *) }
    let levels = folded ? Array(c.planes.suffix(1)) : c.planes
    return levels.reduce(0) { $0 + 3 * $1 * $1 * c.planeChannels } + c.volume.reduce(c.volumeChannels, *)
      + c.ambient * c.ambient * c.ambientChannels + c.occupancy.reduce(1, *) + (folded ? 0 : c.lattice.reduce(3, *))
  }
}
