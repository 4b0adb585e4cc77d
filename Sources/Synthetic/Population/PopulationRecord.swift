import Face
import Foundation
import Torch

/// What is known of a population's images: `dataset.json` and `population.safetensors`.
///
/// The latter holds, for N images of P people: `label` `[N, 25]`, `person` `[N]` int32, `expression` `[N, Ne]`, `gaze` `[N, 2]` (yaw and
/// pitch, radians), `landmarks` `[N, 478, 3]` (x, y in pixels, distance in the generators' world), `identity` `[P, Ni]` and `placement`
/// `[P, 13]` (scale, rotation by rows, shift: head space to that world); names of the coefficients, size and seed in the metadata.
struct PopulationRecord {
  private let crowd: Crowd
  init(_ crowd: Crowd) { self.crowd = crowd }

  func write(to root: URL) throws {
    let (count, people, model) = (crowd.script.count, crowd.personCount, crowd.model)
    let chunks = Lanes.pieces((people + 63) / 64) { chunk in
      Piece(crowd, chunk * 64..<min(people, chunk * 64 + 64))
    }
    func all(_ part: KeyPath<Piece, [Float]>, _ rows: Int, _ shape: [Int]) -> Tensor {
      Tensor(chunks.flatMap { $0[keyPath: part] }, [rows] + shape)
    }
    func json(_ names: [String]) throws -> String { String(decoding: try JSONEncoder().encode(names), as: UTF8.self) }
    try Safetensors.write(
      [
        "label": all(\.labels, count, [25]), "person": Tensor((0..<count).map { Int32($0 / crowd.script.views) }),
        "expression": all(\.expressions, count, [model.expressionNames.count]), "gaze": all(\.gazes, count, [2]),
        "landmarks": all(\.landmarks, count, [478, 3]), "identity": all(\.identities, people, [model.identityNames.count]),
        "placement": all(\.placements, people, [13]),
      ],
      metadata: [
        "format": "likeness population 1", "model": model.name, "expressionNames": try json(model.expressionNames),
        "identityNames": try json(model.identityNames), "size": "\(crowd.script.size)", "seed": "\(crowd.script.seed)",
        "views": "\(crowd.script.views)", "depthSteps": "\(Int(ImageStore.depthSteps))",
      ], to: root.appending(path: "population.safetensors"))
    let labels = chunks.flatMap(\.labels)
    let rows = (0..<count).map { i in
      "[\"\(ImageStore.name(i))\",[\(labels[25 * i..<25 * i + 25].map { "\($0)" }.joined(separator: ","))]]"
    }
    try AtomicFile.write(Data("{\"labels\":[\(rows.joined(separator: ",\n"))]}\n".utf8), to: root.appending(path: "dataset.json"))
  }

  /// Some people's share.
  private struct Piece {
    var labels: [Float] = []
    var expressions: [Float] = []
    var gazes: [Float] = []
    var landmarks: [Float] = []
    var identities: [Float] = []
    var placements: [Float] = []

    init(_ crowd: Crowd, _ people: Range<Int>) {
      for person in people {
        let placement = crowd.placement(person)
        identities += crowd.identity(person)
        placements += [placement.scale] + placement.rotation.rows + [placement.shift.x, placement.shift.y, placement.shift.z]
        for image in crowd.images(of: person) {
          let shot = crowd.shot(image)
          labels += shot.view.label
          expressions += shot.state.expression
          gazes += [shot.state.gaze.x, shot.state.gaze.y]
          landmarks += crowd.landmarks(shot, placement).flatMap { [$0.x, $0.y, $0.z] }
        }
      }
    }
  }
}
