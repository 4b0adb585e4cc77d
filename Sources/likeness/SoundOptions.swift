import ArgumentParser
import Foundation
import Media

/// Which sound of a file is meant.
struct SoundOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Which sound track of the file is used, from 1; by default one with speech.", valueName: "number"))
  var audioTrack: Int?

  func validate() throws {
    if let audioTrack, audioTrack < 1 { throw ValidationError("--audio-track counts from 1") }
  }
  /// The file of this name, with the track that is meant.
  func track(of name: String) -> URL { URL(filePath: name).audioTrack(audioTrack) }
}
