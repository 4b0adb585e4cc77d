import Face
import Foundation
import Generator
import Portrait
import Testing
import Torch

/// What deformation networks learn from is what moves a volume by the mesh.
@Suite struct MeshTeacherTests {
  private let teacher = MeshTeacher(seed: 3)

  /// At the nodes of the lattice that `MeshWarp` draws with, the teacher says the lattice's numbers; in between about them.
  @Test func theTeacherIsTheWarp() throws {
    for motion in 0..<3 {
      let lattice = try #require(teacher.warp(motion, of: "lesson", people: 10)())
      let field = teacher.way(motion, of: "lesson", people: 10), moves = lattice.moves
      let n = moves.size(0), extent = lattice.extent, step = 2 * extent / Double(n - 1)
      let values = moves.floats
      var random = SeededRandom(seed: 5, stream: "nodes \(motion)")
      var moving = 0
      for _ in 0..<4000 {
        let (x, y, z) = (Int(random.next() % UInt64(n)), Int(random.next() % UInt64(n)), Int(random.next() % UInt64(n)))
        let node = SIMD3(Float(x), Float(y), Float(z)) * Float(step) - Float(extent), at = 4 * ((z * n + y) * n + x)
        let found = field(node)
        #expect(found == SIMD3(values[at], values[at + 1], values[at + 2]), "node \(x) \(y) \(z)")
        moving += found == .zero ? 0 : 1
      }
      #expect(moving > 50, "\(moving)")
    }
  }

  /// A lesson's ways are the field's at its places, its numbers those of the task, and it is drawn where it should be.
  @Test func lessonsAreTheField() throws {
    let lesson = teacher.lesson(4..<8, of: "lesson", people: 10, points: 200, scatter: PointScatter())
    let model = MorphableModel.builtIn(), expression = model.expressionNames.count + 2
    #expect(lesson.points.shape == [4, 200, 3] && lesson.moves.shape == [4, 200, 3] && lesson.shares.shape == [4, 200])
    #expect(lesson.source.shape == [4, model.identityNames.count + expression] && lesson.driving.shape == [4, expression])
    let places = lesson.points.floats, moves = lesson.moves.floats
    for i in 0..<4 {
      let field = teacher.way(4 + i, of: "lesson", people: 10)
      for k in stride(from: 0, to: 200, by: 7) {
        let at = 3 * (i * 200 + k)
        #expect(field([places[at], places[at + 1], places[at + 2]]) == SIMD3(moves[at], moves[at + 1], moves[at + 2]))
      }
    }
    let kinds = lesson.kinds.array(UInt8.self)
    for (kind, share) in [(SkinKind.lids, 0.25), (.lips, 0.25), (.face, 0.3), (.space, 0.08)] {
      #expect(abs(Double(kinds.count { $0 == kind.rawValue }) / 800 - share) < 0.01)
    }
    // Half of the places lie close to the skin.
    let shares = lesson.shares.floats
    #expect(shares.count { $0 > 0.99 } > 400 && shares.count { $0 == 0 } > 20)
    let again = MeshTeacher(seed: 3).lesson(4..<8, of: "lesson", people: 10, points: 200, scatter: PointScatter())
    #expect(again.moves.floats == moves && again.points.floats == places)
    let other = teacher.lesson(4..<8, of: "held out", people: 10, points: 200, scatter: PointScatter())
    #expect(other.source.floats != lesson.source.floats)
  }
}
