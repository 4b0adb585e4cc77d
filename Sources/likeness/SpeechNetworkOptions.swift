import ArgumentParser
import Foundation
import Talking

/// Which network says what a mouth does at a voice.
struct SpeechNetworkOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A network for any voice that train speech wrote; by default the tool's own.", valueName: "file"))
  var speechNetwork: String?

  /// Throws what reading it throws.
  func face() throws -> SpeechFace { try speechNetwork.map { try SpeechFace.read(URL(filePath: $0)) } ?? SpeechFace.shipped() }
}
