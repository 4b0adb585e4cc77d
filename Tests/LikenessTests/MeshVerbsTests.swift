import Foundation
import Generator
import Media
import Synthetic
import Testing
import Torch
import Tracking

/// `export` of meshes, `--depth`, and `portrait --coarse generator`, of a drawn person.
@Suite(.serialized, .enabled(if: (try? FaceDetector()) != nil, "skipped: the face networks are absent"))
struct MeshVerbsTests {
  /// One mesh in files of its name, many in a folder; what is there is kept.
  @Test func aPhotoBecomesMeshes() throws {
    try withFolder { folder in
      try PortraitVerbsTests.draw(into: folder)
      func names(_ place: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: place).path).sorted()
      }
      try #require(try Tool.run("portrait", "photo.png", "--output", "a.portrait", in: folder).status == 0)
      let made = try Tool.run("export", "--load", "a.portrait", "--output", "b.obj", in: folder)
      #expect(made.status == 0, "\(made.errors)")
      #expect(try names() == ["a.portrait", "b-opacity.png", "b.mtl", "b.obj", "b.png", "driver.mp4", "photo.png"])
      // Blender takes the opacity of the image that map_d names, other programs its brightness. Where both are a, white behind it gives
      // a * a + 1 - a, which is never below 3/4; a gray image without opacity has 0.
      let opacity = folder.appending(path: "b-opacity.png")
      #expect([UInt8](try Data(contentsOf: opacity))[25] == 6, "a PNG of colors with opacity")
      let least = try ImageFile.read(opacity).min().item
      #expect((186..<250).contains(least), "\(least)")
      let kept = try Tool.run("export", "--load", "a.portrait", "--output", "b.obj", in: folder)
      #expect(kept.status == 64 && kept.errors.contains("is there already"), "\(kept.errors)")
      #expect(try Tool.run("export", "--load", "a.portrait", "--output", "b.obj", "--overwrite", in: folder).status == 0)
      // The texture of photo.ply would be called photo.png.
      let own = try Tool.run("export", "--load", "photo.png", "--output", "photo.ply", "--overwrite", in: folder)
      #expect(own.status == 64 && own.errors.contains("is what is read"), "\(own.errors)")

      let shapes = try Tool.run("export", "--load", "a.portrait", "--shapes", "--format", "ply", "--output", "shapes", in: folder)
      #expect(shapes.status == 0 && shapes.output.contains("53 meshes"), "\(shapes.errors)")
      let found = try names("shapes")
      #expect(found.count == 55 && ["neutral.ply", "jawOpen.ply", "meshes.json", "texture.png"].allSatisfy(found.contains))
      let take = try Tool.run("export", "--load", "a.portrait", "--driver", "driver.mp4", "--output", "take/", in: folder)
      #expect(take.status == 0, "\(take.errors)")
      #expect(try names("take").filter { $0.hasSuffix(".obj") } == (0..<5).map { "00000\($0).obj" })
      let again = try Tool.run("export", "--load", "a.portrait", "--shapes", "--output", "take", in: folder)
      #expect(again.status == 65 && again.errors.contains("exists already"), "\(again.errors)")
    }
  }

  @Test func whatCannotBeExported() throws {
    try withFolder { folder in
      try Data("no photo".utf8).write(to: folder.appending(path: "a.portrait"))
      for (words, status, text) in [
        (["--load", "a.portrait", "--output", "b.obj"], Int32(65), "a.portrait"),
        (["--load", ".", "--output", "b.obj"], 64, "only an avatar of a photo is a mesh"),
        (["--load", "a.portrait", "--shapes", "--output", "b.obj"], 64, "many meshes need a folder"),
        (["--load", "a.portrait", "--output", "meshes/"], 64, "--shapes, --driver or --track"),
        (["--load", "a.portrait", "--output", "b.obj", "--format", "ply"], 64, "--format is for folders"),
        (["--load", "a.portrait", "--output", "b.obj", "--baked"], 64, "--baked and --step"),
        (["--load", "a.portrait", "--output", "b.obj", "--still-head"], 64, "--driver or --track"),
        (["--load", "a.portrait", "--shapes", "--driver", "d.mp4", "--output", "b"], 64, "give one of"),
      ] {
        let ending = try Tool.run(["export"] + words, in: folder)
        #expect(ending.status == status && (text.isEmpty || ending.errors.contains(text)), "\(words): \(ending.status) \(ending.errors)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.portrait"])
    }
  }

  /// The face is about a meter away, in tenths of a millimeter, and nobody is in the corner.
  @Test func depthIsWritten() throws {
    try withFolder { folder in
      try PortraitVerbsTests.draw(into: folder)
      let words = ["animate", "photo.png", "--driver", "driver.mp4", "--size", "64", "--output", "film.mp4", "--depth"]
      let ending = try Tool.run(words + ["depth"], in: folder)
      #expect(ending.status == 0, "\(ending.errors)")
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "depth").path).sorted()
      #expect(files == (0..<5).map { "\($0).png" })
      let depth = try ImageFile.readDeep(folder.appending(path: "depth/0.png")).array(Int32.self)
      #expect(depth.count == 64 * 64 && depth[0] == 0 && (6000...16000).contains(depth[32 * 64 + 32]), "\(depth[32 * 64 + 32])")
      // The nose is nearer than the forehead's side.
      #expect(depth[34 * 64 + 32] < depth[24 * 64 + 22] || depth[24 * 64 + 22] == 0)
      let same = try Tool.run(words + ["film.mp4"], in: folder)
      #expect(same.status == 64 && same.errors.contains("--depth film.mp4 is --output too"), "\(same.errors)")
    }
  }

  /// A volume of the photo is a portrait that the same verbs take, and no mesh.
  @Test func aGeneratorsVolumeIsAPortraitToo() throws {
    try withFolder { folder in
      try PortraitVerbsTests.draw(into: folder)
      try GeneratorFile.write(TriplaneGenerator(.tiny, Generator(seed: 2)), to: folder.appending(path: "g.safetensors"))
      let made = try Tool.run(
        "portrait", "photo.png", "--coarse", "generator", "--prior", "g.safetensors", "--output", "a.portrait", in: folder)
      #expect(made.status == 0, "\(made.errors)")
      for (words, status, text) in [
        (["animate", "a.portrait", "--driver", "driver.mp4", "--size", "32", "--output", "b.mp4"], Int32(0), ""),
        (["export", "--load", "a.portrait", "--output", "b.obj"], 64, "has no mesh"),
        (["portrait", "photo.png", "--prior", "g.safetensors", "--output", "b.portrait"], 64, "go with --coarse generator"),
        (
          [
            "portrait", "photo.png", "--coarse", "generator", "--prior", "g.safetensors", "--deformation", "learned", "--output",
            "b.portrait",
          ], 64, "without networks that move it"
        ),
      ] {
        let ending = try Tool.run(words, in: folder)
        #expect(ending.status == status && (text.isEmpty || ending.errors.contains(text)), "\(words): \(ending.status) \(ending.errors)")
      }
    }
  }
}
