import Face
import Foundation
import Testing
import Torch

/// Positions in centimetres of a model's vertices.
func centimetres(_ t: Tensor) -> [SIMD3<Float>] {
  let f = t.floats
  return stride(from: 0, to: f.count, by: 3).map { SIMD3(f[$0], f[$0 + 1], f[$0 + 2]) * 10 }
}

struct BuiltInModelTests {
  let model = MorphableModel.builtIn()
  typealias Mesh = FaceMeshTopology

  func posed(_ expressions: [String: Double], gaze: [Float]? = nil) -> [SIMD3<Float>] {
    var b = [Float](repeating: 0, count: 52)
    for (name, value) in expressions { b[model.expressionIndex(name)!] = Float(value) }
    return centimetres(model.vertices(expression: Tensor(b), gaze: gaze.map { Tensor($0) }))
  }

  @Test func shapesAreFiniteAndConsistent() {
    let v = model.vertexCount
    #expect(v < 4000 && model.triangles.size(0) == model.parts.count)
    #expect(model.expressionNames == ExpressionNames.arkit && model.expressionBasis.shape == [52, v, 3])
    #expect(model.identityBasis.shape == [model.identityNames.count, v, 3])
    for t in [model.mean, model.identityBasis, model.expressionBasis] { #expect(t.isFinite().all()) }
    #expect(model.triangles.min().item >= 0 && model.triangles.max().item < Double(v))
    #expect(Set(model.parts.map(\.semanticClass)).count == 10, "every class but background and glasses is on the mesh")
    #expect(model.landmarkVertices.prefix(468).elementsEqual(0..<468) && model.landmarkVertices.count == 478)
  }
  @Test func everyShapeHasItsMirrorImage() {
    let e = (0..<52).map { centimetres(model.expressionBasis[.at($0)]) }
    for (i, name) in ExpressionNames.arkit.enumerated() {
      let twin = e[ExpressionNames.arkit.firstIndex(of: ExpressionNames.mirrored(name))!]
      for v in 0..<468 {
        let d = e[i][v]
        let o = twin[Mesh.mirror[v]]
        #expect(length(d - [-o.x, o.y, o.z]) < 4e-3, "\(name) at \(v)")
      }
      #expect(e[i].map(length).max()! > 0.03 && e[i].map(length).max()! < 5.5, "\(name)")
    }
    for (i, name) in model.identityNames.enumerated() {
      let d = centimetres(model.identityBasis[.at(i)])
      let sign: SIMD3<Float> = name.hasPrefix("uneven") ? [1, -1, -1] : [-1, 1, 1]
      for v in 0..<468 { #expect(length(d[v] - sign * d[Mesh.mirror[v]]) < 4e-3, "\(name) at \(v)") }
    }
  }
  @Test func pupilsAreSixCentimetresApart() {
    let p = posed([:])
    let right = p[model.landmarkVertices[468]]
    let left = p[model.landmarkVertices[473]]
    #expect(right.x < 0 && left.x > 0 && abs(left.x - right.x - 6.3) < 0.15)
  }
  @Test func lidsMeetInABlink() {
    let open = posed([:])
    let shut = posed(["eyeBlinkRight": 1])
    for i in 1..<8 {
      #expect(length(shut[Mesh.rightEye[i]] - shut[Mesh.rightEye[16 - i]]) < 0.02)
      #expect(length(shut[Mesh.leftEye[i]] - open[Mesh.leftEye[i]]) < 1e-4, "the other eye stays open")
    }
    #expect(length(open[159] - open[145]) > 0.8)
  }
  @Test func closedLidsCoverTheEyeball() {
    let center = posed([:], gaze: nil)[model.eyes[0].lowerBound] - [0, 0, 1.2]
    for blink in [0.25, 0.5, 0.75, 1] {
      let p = posed(["eyeBlinkRight": blink])
      for v in Mesh.rightEye.enumerated().filter({ $0.offset % 8 != 0 }).map(\.element) {
        #expect(length(p[v] - center) > 1.2, "at \(blink) the lid's point \(v) lies within the ball")
      }
    }
  }
  @Test func lipsMeetAtRestAndWhenTheMouthCloses() {
    for pose in [[:], ["jawOpen": 1.0, "mouthClose": 1], ["mouthSmileLeft": 1, "mouthSmileRight": 1], ["mouthPucker": 1]] {
      let p = posed(pose)
      for i in 1..<10 { #expect(length(p[Mesh.lipsInner[i]] - p[Mesh.lipsInner[20 - i]]) < 0.03, "\(pose)") }
    }
  }
  @Test func theJawOpensAndTakesTheLowerTeethAlong() {
    let shut = posed([:])
    let open = posed(["jawOpen": 1])
    let chin = length(open[152] - shut[152])
    #expect(chin > 3 && chin < 4)
    #expect(shut[152].y - open[152].y > 1.3 && length(open[1] - shut[1]) < 0.02 && length(open[168] - shut[168]) < 0.02)
    #expect(open[13].y - open[14].y > 2)
    func middle(_ part: FacePart, _ p: [SIMD3<Float>]) -> SIMD3<Float> {
      let corners = model.triangles.array(Int.self)
      let used = Set(model.parts.indices.filter { model.parts[$0] == part }.flatMap { corners[3 * $0..<3 * $0 + 3] })
      return used.map { p[$0] }.reduce(.zero, +) / Float(used.count)
    }
    #expect(middle(.lowerTeeth, shut).y - middle(.lowerTeeth, open).y > 1.2)
    #expect(length(middle(.upperTeeth, shut) - middle(.upperTeeth, open)) < 1e-3)
  }
  @Test func gazeTurnsTheIrisTheWayItSays() {
    let ahead = posed([:], gaze: [0, 0])
    let left = posed([:], gaze: [0.4, 0])
    let up = posed([:], gaze: [0, 0.3])
    for iris in [468, 473] {
      let v = model.landmarkVertices[iris]
      #expect(abs(left[v].x - ahead[v].x - 1.2 * sin(0.4)) < 2e-3, "positive yaw looks to the subject's left")
      #expect(abs(up[v].y - ahead[v].y - 1.2 * sin(0.3)) < 2e-3)
      let ring = (1...4).map { ahead[model.landmarkVertices[iris + $0]] - ahead[v] }
      #expect(ring[0].x > 0.5 && ring[1].y > 0.5 && ring[2].x < -0.5 && ring[3].y < -0.5)
    }
    #expect(length(left[33] - ahead[33]) < 1e-5)
  }
  @Test func landmarksAreTheVerticesTheyName() {
    let g = Generator(seed: 5)
    let a = Tensor.randn([3, model.identityNames.count], g)
    let b = Tensor.rand([3, 52], g)
    let gaze = Tensor.randn([3, 2], g) * 0.2
    let all = model.vertices(identity: a, expression: b, gaze: gaze)
    let some = model.landmarks(identity: a, expression: b, gaze: gaze)
    #expect(all.shape == [3, model.vertexCount, 3] && some.shape == [3, 478, 3])
    #expect((all.indexSelect(1, Tensor(model.landmarkVertices)) - some).abs().max().item < 1e-5)
    // One identity for several frames.
    let shared = model.vertices(identity: a[0], expression: b, gaze: gaze)
    #expect((shared[0] - all[0]).abs().max().item < 1e-5)
  }
  @Test func gradientsReachEveryCoefficient() {
    let a = Tensor.zeros([model.identityNames.count]).requiringGrad()
    let b = Tensor.zeros([52]).requiringGrad()
    let gaze = Tensor.zeros([2]).requiringGrad()
    model.vertices(identity: a, expression: b, gaze: gaze).square().sum().backward()
    for g in [a, b, gaze] { #expect(g.grad!.isFinite().all()) }
    #expect(gaze.grad!.abs().min().item >= 0 && b.grad!.abs().min().item > 0 && a.grad!.abs().min().item > 0)
    // The eyeball is a ball, so only a weighted sum tells where it looks.
    let yaw = Tensor.zeros([2]).requiringGrad()
    model.landmarks(gaze: yaw)[468, 0].backward()
    #expect(abs(yaw.grad!.floats[0] - 0.12) < 1e-3)
  }
  @Test func aStateGivesTheSameVertices() {
    var b = [Float](repeating: 0, count: 52)
    b[3] = 0.7
    let state = FaceState(identity: [1, -1], expression: b, gaze: [0.1, 0.05])
    let a = Tensor([1, -1] + [Float](repeating: 0, count: model.identityNames.count - 2))
    let expected = model.vertices(identity: a, expression: Tensor(b), gaze: Tensor([0.1, 0.05] as [Float]))
    #expect((model.vertices(state) - expected).abs().max().item == 0)
  }
}
