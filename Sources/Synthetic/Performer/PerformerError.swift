import Torch

/// What can keep the performer from performing, each with its remedy.
package enum PerformerError: KindedError, Equatable {
  case noVoice
  case voice(String)
  case synthesis
  case script(String)

  package var errorKind: ErrorKind {
    switch self {
    case .script: .usage
    case .noVoice, .voice, .synthesis: .system
    }
  }
  package var description: String {
    switch self {
    case .noVoice: "eSpeak NG, which speaks for the performer, is not installed: apt-get install espeak-ng"
    case .voice(let name): "eSpeak NG has no voice \"\(name)\": espeak-ng --voices lists those it has"
    case .synthesis: "eSpeak NG could not speak this sentence: try a plainer one"
    case .script(let complaint): complaint
    }
  }
}
