import Datasets
import Foundation
import Speech

extension Dataset {
  /// The file that features are made of: the sound, or the array that holds them.
  package func speech(for features: any SpeechFeatures) throws -> URL {
    if let file = features as? FileFeatures { return file.url }
    guard let audio else { throw SubjectError.noSound(folder.path) }
    return audio
  }
}
