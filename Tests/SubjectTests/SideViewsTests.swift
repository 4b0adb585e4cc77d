import Datasets
import Face
import Radiance
import Subject
import Testing
import Torch

@Suite struct SideViewsTests {
  /// The left half shows a red person, the right half nothing, a stripe between them half of each.
  private static func view(_ yaw: Float, label: SemanticClass = .skin) -> DrawnView {
    let cover = Tensor((0..<64).map { k in k % 8 < 4 ? Float(1) : k % 8 == 4 ? 0.5 : 0 }, [8, 8])
    let red = Tensor([1, 0, 0] as [Float])
    let image = RenderedFrame(
      rgb: cover.unsqueeze(2) * red, labels: Tensor.full([8, 8], Double(label.rawValue), .uint8), depth: Tensor.zeros([8, 8]),
      opacity: cover)
    let camera = Self.camera.around([0, 0, -9], yaw: yaw)
    return DrawnView(
      state: FaceState(expression: [0.5, 0], pose: Rigid(translation: [0, 0, -9])), torso: .zero, camera: camera, image: image)
  }
  private static let camera = Camera(width: 8, height: 8, focal: [30, 30])

  @Test func raysShowThePersonBeforeAnyColor() throws {
    let sides = try #require(
      SideViews([Self.view(0.3), Self.view(-0.3)], camera: Self.camera, width: 6) { $0 * 2 })
    let (batch, signals) = sides.draw(rays: 400, views: 4, DepthRange(), Generator(seed: 3))
    #expect(batch.rays.count == 400 && batch.colors.shape == [400, 3] && Set(batch.frames) == [0, 1, 2, 3])
    #expect(signals.driving.shape == [4, 6] && signals.driving[0, 0].item == 1, "normalized")
    // The camera that filmed stands before the head; what looks stands aside of it.
    #expect(abs(signals.pose[0, 0, 3].item) < 1e-5 && abs(batch.rays.origins[0, 0].item) > 2)
    let behind = try #require(batch.background), labels = batch.labels.array(UInt8.self)
    let red = Tensor([1, 0, 0] as [Float]),
      (person, nothing) = (labels.indices.filter { labels[$0] == 1 }, labels.indices.filter { labels[$0] == 0 })
    let rim = labels.indices.filter { labels[$0] == SemanticClass.unlabelled }
    #expect(person.count > 200 && nothing.count > 10 && rim.count > 10, "of several pixels the person's is taken")
    func rows(_ tensor: Tensor, _ which: [Int]) -> Tensor { tensor.indexSelect(0, Tensor(which)) }
    #expect((rows(batch.colors, person) - red).abs().max().item < 1e-6)
    #expect((rows(batch.colors, nothing) - rows(behind, nothing)).abs().max().item < 1e-6)
    #expect((rows(batch.colors, rim) - (red + rows(behind, rim)) / 2).abs().max().item < 0.01)
    #expect(SideViews([], camera: Self.camera, width: 6) { $0 } == nil)
  }

  /// From where the clip was filmed it shows the torso itself; from aside there is nothing better than the view.
  @Test func torsosAreLookedAtFromAsideAlone() throws {
    func torsos(_ yaw: Float) throws -> Int {
      let sides = try #require(SideViews([Self.view(yaw, label: .torso)], camera: Self.camera, width: 6) { $0 })
      let labels = sides.draw(rays: 800, views: 4, DepthRange(), Generator(seed: 5)).batch.labels.array(UInt8.self)
      return labels.count { $0 == SemanticClass.torso.rawValue }
    }
    let (filmed, aside) = (try torsos(0), try torsos(0.3))
    #expect(aside > 600 && filmed < 500, "\(filmed) and \(aside) of 800 rays: half of the pixels are of the torso")
  }
}
