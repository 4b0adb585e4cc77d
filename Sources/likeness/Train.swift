import ArgumentParser

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train an avatar, what makes its pictures sharper, or the parts of avatars from one photo.",
    subcommands: [TrainSubject.self, TrainTexture.self, TrainPortrait.self])
}
