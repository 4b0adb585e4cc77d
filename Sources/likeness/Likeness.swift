import ArgumentParser

@main
struct Likeness: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Talking 3-D likenesses of faces, from a clip or a photo.")
}
