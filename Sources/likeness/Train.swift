import ArgumentParser

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train an avatar.", subcommands: [TrainSubject.self])
}
