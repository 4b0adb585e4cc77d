import ArgumentParser

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train an avatar, a network that sharpens its images, or the networks for avatars from one photo.",
    subcommands: [TrainSubject.self, TrainTexture.self, TrainPortrait.self, TrainSpeech.self])
}
