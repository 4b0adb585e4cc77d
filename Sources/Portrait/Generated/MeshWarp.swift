import Face
import Generator
import Photos
import Torch
import Tracking

/// The fitted head model as a backward warp of a volume, which shows the head at rest: `MeshField` on a lattice. Needs no training.
struct MeshWarp {
  /// Nodes along each side of the lattice, and where its outermost ones lie.
  static let count = 80, extent: Float = MeshField.extent

  private let head: LiftHead
  private let placement: StandardPlacement
  private let surface: HeadSurface

  /// `head` shows what the volume shows.
  init(_ head: LiftHead, _ placement: StandardPlacement) {
    (self.head, self.placement) = (head, placement)
    surface = HeadSurface(head.model, places: head.places, pieces: MeshField.pieces)
  }

  /// The deformation of a state; nil where nothing moves.
  func lattice(_ state: FaceState) -> DeformationLattice? {
    let field = MeshField(surface, moved: head.movement(state), placement)
    return field.moves ? DeformationLattice(displacement: field.nodes(Self.count), extent: Double(Self.extent)) : nil
  }

  /// What the person's skin has beside their identity, on the same lattice, `[count, count, count, 3]`: how far the fit of the photo moved
  /// each place from where identity and expression alone have it. nil where it moved nothing.
  func calibration() -> Tensor? {
    guard !head.calibration.isEmpty else { return nil }
    let flat = FittedHead(head.model, identity: head.source.identity, calibration: head.calibration).offsets.floats
    let offsets = (0..<flat.count / 3).map { SIMD3(flat[3 * $0], flat[3 * $0 + 1], flat[3 * $0 + 2]) }
    let bare = MeshField(surface, moved: [SIMD3<Float>](repeating: .zero, count: head.places.count), placement, carrying: offsets)
    return bare.nodes(Self.count)
  }
}
