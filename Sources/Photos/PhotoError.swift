import Torch

/// Why a photo cannot become an avatar, in one line that names it and the remedy.
package struct PhotoError: KindedError, Equatable {
  package enum Reason: Equatable, Sendable {
    case noFace
    /// What was found looks like an animal's face or a thing.
    case notHuman
    /// Width and height of an image that is no photo of a head.
    case shape(Int, Int)
    /// The face that was asked for, and how many there are.
    case fewFaces(Int, Int)
    /// How many faces of one size there are, none of which is meant.
    case wall(Int)
    /// The distance of the eyes in pixels.
    case tiny(Int)
    /// The share of the face that the image shows, in percent.
    case cutOff(Int)
    /// How far the head is turned away, degrees.
    case turned(Int)
  }
  package let name: String
  package let reason: Reason

  package init(_ name: String, _ reason: Reason) { (self.name, self.reason) = (name, reason) }

  package var errorKind: ErrorKind { .input }
  package var description: String {
    let what =
      switch reason {
      case .noFace: "no face was found; use a photo that shows a well-lit face from the front"
      case .notHuman: "what was found looks like no human face; use a photo of a person, from the front and well lit"
      case .shape(let width, let height):
        "\(width) x \(height) pixels show no head; use a larger photo, or one cut to head and shoulders"
      case .fewFaces(let wanted, let count):
        "there is no face number \(wanted) from the left; \(count) were found, choose another --face"
      case .wall(let count):
        "\(count) faces of about one size were found, and none stands out; cut one out, or say which with --face N, counted from the left"
      case .tiny(let pixels):
        "the face is too small, \(pixels) pixels between the eyes and not \(PhotoReader.leastEyes); use a larger photo, or a closer one"
      case .cutOff(let percent): "only \(percent) % of the face lie inside the image; use a photo that shows all of it"
      case .turned(let degrees):
        "the head is turned away by \(degrees) degrees; use a photo in which both eyes are seen"
      }
    return String("\(name): \(what)".map { $0.isNewline ? " " : $0 })
  }
}
