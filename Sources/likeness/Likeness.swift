import ArgumentParser
import Foundation
import Torch

@main
struct Likeness: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Talking 3-D likenesses of faces, from a clip or a photo.",
    discussion: """
      From a clip to an avatar:
        likeness process clip.mp4 --output data/anna
        likeness train subject --data data/anna --max-minutes 20
        likeness render --load outputs/anna/subject/<time> --output anna.mp4
        likeness eval --load outputs/anna/subject/<time>

      From a photo to an avatar:
        likeness animate photo.jpg --driver film.mp4 --output anna.mp4

      Make a likeness only of yourself, or of someone who has agreed to it.
      Exit codes: 0 done, 64 wrong usage, 65 bad input, 1 anything else.
      """,
    subcommands: [
      Process.self, Train.self, Render.self, Eval.self, Ablate.self, Export.self, Synth.self, Sample.self, Photo.self, MakePortrait.self,
      Animate.self, Speak.self, TrackFilm.self, Models.self,
      Verify.self, Forget.self, Doctor.self,
    ])

  /// Parses and runs; whatever a verb throws becomes one line on standard error and an exit code.
  static func main() {
    var verb: any ParsableCommand
    do {
      verb = try parseAsRoot()
    } catch {
      exit(withError: error)
    }
    do {
      try Libtorch.check()
      try verb.run()
    } catch let error where error is ArgumentParser.ExitCode || [.success, .validationFailure].contains(exitCode(for: error)) {
      // Help that was asked for, usage that is wrong.
      exit(withError: error)
    } catch {
      complain(oneLine(error))
      Foundation.exit(exitStatus(of: error))
    }
  }
}
