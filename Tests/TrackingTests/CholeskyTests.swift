import Testing
import Torch
import Tracking

@Suite struct CholeskyTests {
  private let sound = Tensor([4, 1, 1, 3] as [Double], [2, 2])

  /// Each matrix of a batch by itself: one that cannot be solved changes nothing of the others.
  @Test func whatCannotBeSolvedMovesNothing() {
    let broken = Tensor([4, .nan, .nan, 3] as [Double], [2, 2]), negative = sound * -1
    let right = Tensor.ones([3, 2, 1], .float64)
    let x = choleskySolve(stack([sound, broken, negative]), right), alone = choleskySolve(sound.unsqueeze(0), right.narrow(0, 0, 1))
    #expect(x[.at(0)].array(Double.self) == alone.array(Double.self))
    #expect((sound.matmul(x[.at(0)]) - 1).abs().max().item < 1e-12)
    #expect(x[.at(1)].array(Double.self) == [0, 0] && x[.at(2)].array(Double.self) == [0, 0])
  }

  /// What is indefinite by rounding alone, here a matrix of rank one less a trifle, is solved nearly.
  @Test func whatRoundingMadeIndefiniteIsSolved() {
    let v = Tensor([1, 2, 3] as [Double], [3, 1])
    let a = v.matmul(v.t()) - Tensor.eye(3).to(.float64) * 1e-12
    let x = choleskySolve(a.unsqueeze(0), (v * 14).unsqueeze(0))[.at(0)]
    #expect(x.isFinite().all() && (a.matmul(x) - v * 14).abs().max().item < 1e-3, "\(x.array(Double.self))")
  }
}
