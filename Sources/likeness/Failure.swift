import Datasets
import Foundation
import Generator
import Media
import Perception
import Portrait
import Runs
import Speech
import Study
import Subject
import Synthetic
import Texture
import Torch
import Tracking

/// What the command line itself finds wrong with what it was given.
struct Failure: Error, CustomStringConvertible {
  let description: String
  let status: Int32

  /// The input is at fault.
  static func input(_ text: String) -> Failure { Failure(description: text, status: 65) }
  /// What was asked for is.
  static func usage(_ text: String) -> Failure { Failure(description: text, status: 64) }
  static func other(_ text: String) -> Failure { Failure(description: text, status: 1) }
}

/// 65 where the user's files are at fault, 64 where what was asked for is, otherwise 1.
func exitStatus(of error: any Error) -> Int32 {
  if let failure = error as? Failure { return failure.status }
  if case .script = error as? PerformerError { return 64 }
  if case .script = error as? PopulationError { return 64 }
  if case .configuration = error as? TextureError { return 64 }
  if case .configuration = error as? PortraitError { return 64 }
  switch error as? SubjectError {
  case .onlyPlanesAreBaked, .exactIsNotBaked, .needsSpeech, .hearsNothing: return 64
  default: break
  }
  if case .noSuchRow = error as? StudyError { return 64 }
  if error is DeviceError || error is CUDAError || error is ConfigurationError { return 64 }
  let isInput =
    switch error {
    case let error as CaptureError: error.kind == .badInput
    case is MediaError: true
    case let error as FileError: !["write", "rename", "bring", "make", "lock"].contains { error.problem.hasPrefix("cannot \($0)") }
    case let error as RunError: if case .busy = error.reason { false } else { true }
    case let error as SpeechError: error.kind == .badInput
    case is DatasetError, is SafetensorsError, is TorchFileError, is ModuleError, is ModelFileError, is ModelMissing, is SubjectError: true
    case is TextureError, is StudyError, is PortraitError, is PosedFolderError, is PhotoError: true
    case let error as PopulationError: if case .folder = error { true } else { false }
    default: false
    }
  return isInput ? 65 : 1
}

/// An error in one line, whatever it holds.
func oneLine(_ error: any Error) -> String {
  return String(describing: error).split(whereSeparator: \.isNewline).joined(separator: " ")
}

/// Prints `likeness: <text>` on standard error.
func complain(_ text: String) { FileHandle.standardError.write(Data("likeness: \(text)\n".utf8)) }
