import Foundation
import Torch

/// What can be wrong with a trained subject avatar or what it is driven by.
package enum SubjectError: KindedError {
  case scene(URL, String)
  /// A scene of earlier versions, which kept a negative focal length as it is.
  case mirroredScene(URL)
  /// An exported avatar: what is wrong with it and what to do.
  case file(URL, String)
  case driving(found: Int, expected: Int)
  case noFrames(String)
  /// Numbers of frames, counted from 0, none of whose pixels has a class to draw rays of.
  case noRays([Int])
  /// A dataset that both signals are to drive an avatar of.
  case nothingTracked(String)
  /// An avatar that speech alone can drive.
  case needsSpeech
  case hearsNothing
  /// A run folder that keeps the network for any voice that its avatar learnt to hear by, which is another than the tool's.
  case otherVoiceNetwork(URL)
  case noModel(String)
  /// Numbers of identity and of expression coefficients.
  case otherModel(found: (Int, Int), expected: (Int, Int))
  /// The preset of a field that is not made of planes.
  case onlyPlanesAreBaked(String)
  case exactIsNotBaked

  package var errorKind: ErrorKind {
    switch self {
    case .onlyPlanesAreBaked, .exactIsNotBaked, .needsSpeech, .hearsNothing: .usage
    default: .input
    }
  }
  package var description: String {
    switch self {
    case .scene(let url, let part):
      "\(url.path): its \(part) is missing or damaged, so the avatar cannot be rendered; train or export it again"
    case .mirroredScene(let url):
      "\(url.path): an earlier version trained it in a mirrored world (the dataset's focal length is negative); train it again"
    case .file(let url, let text): "\(url.relativePath): \(text)"
    case .driving(let found, let expected):
      "\(found) expression coefficients drive an avatar that was trained with \(expected); use a track made with the same face model"
    case .noFrames(let what): "\(what) has no frames to train on; run process on a longer clip"
    case .noRays(let frames):
      "frames \(frames.map(String.init).joined(separator: ", ")) of the dataset (counted from 0) show none of the classes that are trained; "
        + "look at their label maps, or leave those frames out"
    case .nothingTracked(let what):
      "\(what) has no tracked expressions, so only speech can drive its avatar; train with --driver speech, or run process on the clip"
    case .needsSpeech: "this avatar was trained to be driven by speech alone; give --audio, or train it with --driver both"
    case .hearsNothing: "this avatar was trained without speech and cannot be driven by it; train it with --driver speech or both"
    case .otherVoiceNetwork(let folder):
      "this run began with another network for any voice than this version's; go on with LIKENESS_MODELS=\(folder.relativePath)"
    case .otherModel(let found, let expected):
      "the dataset's head has \(found.0) identity and \(found.1) expression coefficients, the built-in head of this version "
        + "\(expected.0) and \(expected.1); run process again"
    case .noModel(let name):
      (name.isEmpty
        ? "the dataset is of another program and has no face model to train on"
        : "the dataset was tracked with the face model \"\(name)\", which is not built in")
        + "; train with --preset compact --set mesh.warmUpSteps=0 --set mesh.weight=0"
    case .onlyPlanesAreBaked(let preset):
      "only a fast field can be baked, and this run is of preset \(preset); leave out --baked to export its weights"
    case .exactIsNotBaked:
      "a field that is drawn with exact deformation (planes.deformation) cannot be baked; leave out --baked to export its weights"
    }
  }
}
