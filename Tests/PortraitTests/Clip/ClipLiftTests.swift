import Datasets
import Face
import Foundation
import Media
import Portrait
import Testing
import Torch

@Suite struct ClipLiftTests {
  /// A dataset of the drawn person, who looks ahead, then to either side; frames 3 and 4 of 9 do something else.
  private static func dataset(_ person: DrawnPerson, landmarks: Bool = true, model: String = "builtin") throws -> Dataset {
    let folder = DatasetFolder(FileManager.default.temporaryDirectory.appending(path: "clip-lift-\(UUID().uuidString)"))
    for part in [folder.url, folder.images, folder.labels] {
      try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
    }
    var track = Track(
      modelName: model, expressionNames: person.model.expressionNames, identity: person.state.identity, camera: person.camera, fps: 25,
      frames: [])
    for i in 0..<9 {
      var state = i == 3 ? person.doing(["eyeBlinkLeft": 1, "eyeBlinkRight": 1]) : i == 4 ? person.doing(["jawOpen": 0.7]) : person.state
      let yaw: Float = i < 5 ? 0 : i == 5 ? 0.3 : i == 6 ? -0.3 : i == 7 ? 0.25 : 0.05
      state.pose = Rigid(rotation: Matrix3(yaw: yaw, pitch: 0, roll: 0), translation: [0, -0.1, -10])
      let photo = person.drawn(state)
      try ImageFile.write(photo.image, to: folder.image(i))
      try ImageFile.write(SemanticClass.image(of: person.labels(state)), to: folder.labels(i))
      track.frames.append(
        TrackFrame(index: i, state: state, landmarks: landmarks ? photo.landmarks.points.map { [$0.x, $0.y] } : nil))
    }
    let blue = Tensor([UInt8](DrawnPerson.colors[.background]!.numbers)).expand(person.camera.height, person.camera.width, 3)
    try ImageFile.write(blue.contiguous(), to: folder.background)
    try folder.write(track)
    return try Dataset(folder.url)
  }

  @Test func viewsShowThePersonFromAllSides() throws {
    let person = DrawnPerson(), dataset = try Self.dataset(person)
    defer { try? FileManager.default.removeItem(at: dataset.folder) }
    let lift = try #require(try ClipLift(dataset)), film = person.camera.scaled(width: 96, height: 96)
    let views = try lift.views(40, film, seed: 1)
    #expect(views.count == 40)
    let azimuths = views.map { view -> Float in
      let place = view.camera.inHead(view.state.pose).position
      return atan2(place.x, place.z) * 180 / .pi
    }
    #expect(azimuths.min()! < -25 && azimuths.max()! > 25, "\(azimuths)")
    #expect(views.contains { $0.camera == film } && views.contains { $0.camera != film }, "heads turn, and cameras go round")
    // Also of heads as another frame holds them, where that is seen from about the same side.
    let small = person.camera.scaled(width: 24, height: 24), held = dataset.track.frames.map(\.state.pose)
    let around = try lift.views(120, small, seed: 1).filter { $0.camera != small }.map(\.state.pose)
    #expect(around.allSatisfy(held.contains))
    #expect(around.contains(held[5]) && around.contains(held[7]), "frame 7 is turned nearly as far as frame 5")
    for view in views {
      #expect(view.image.rgb.shape == [96, 96, 3])
      let cover = view.image.opacity
      #expect((view.image.rgb.amax(2) .<= cover + 0.01).all(), "colors are those of the person times the opacity")
      #expect(cover.mean().item > 0.15)
    }
    // What is seen of the face is what a drawing of the turned head has there.
    var agreeing = 0.0, all = 0.0
    for view in views where view.camera == film {
      let truth = Rasteriser.draw(view.state.pose.apply(person.model.vertices(view.state)), person.model.triangles, camera: film)
      let drawn = view.image.labels.array(UInt8.self)
      for k in drawn.indices where truth.triangle[k] >= 0 {
        let kind = person.model.parts[Int(truth.triangle[k])].semanticClass
        guard [.skin, .nose, .eyes, .brows].contains(kind) else { continue }
        all += 1
        agreeing += [.skin, .nose, .eyes, .brows, .ears, .lips].contains(SemanticClass(rawValue: drawn[k])) ? 1 : 0
      }
    }
    #expect(all > 500 && agreeing / all > 0.93, "\(agreeing) of \(all) pixels")
    let again = try lift.views(3, film, seed: 1), other = try lift.views(3, film, seed: 2)
    #expect(zip(again, views).allSatisfy { ($0.image.rgb .== $1.image.rgb).all() && $0.state == $1.state })
    #expect(other[0].state != again[0].state)
  }

  @Test func whatCannotBeLiftedIsLeftAlone() throws {
    let person = DrawnPerson(size: 64)
    for dataset in [try Self.dataset(person, landmarks: false), try Self.dataset(person, model: "another")] {
      #expect(try ClipLift(dataset) == nil)
      try? FileManager.default.removeItem(at: dataset.folder)
    }
  }
}

extension SIMD3<UInt8> {
  fileprivate var numbers: [UInt8] { [x, y, z] }
}
