import ArgumentParser

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train an avatar, or what makes its pictures sharper.", subcommands: [TrainSubject.self, TrainTexture.self])
}
