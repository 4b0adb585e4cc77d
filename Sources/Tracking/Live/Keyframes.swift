import Foundation

/// A frame from which it is found out who is seen.
struct Keyframe {
  var frame: LiveFrame
  var state: LiveState
  /// How the head is turned, as the image shows it, and how far lips and lids are open.
  let view: FaceView
}

/// The few frames that tell who somebody is: at rest, in poses as different as were seen. Which those are changes as more is seen.
struct Keyframes {
  private(set) var all: [Keyframe] = []
  /// Of the last frames, how far lips and lids were open.
  private var gaps = RecentValues(), lids = RecentValues()
  private var closed: Float = 0.03, open: Float = 0

  private static let most = 32, fewest = 12
  /// Frames from one that is kept to the next, and frames in which any may be kept.
  private static let spacing = 2, beginning = 25
  private var lastKept = -spacing

  /// Lips that are nearer than this, in distances of the eyes, may be closed.
  static let shut: Float = 0.07
  /// Whether it is known how the mouth is at rest: half of the mouths are shut, or it was seen for half a second how far it mostly is.
  var restIsKnown: Bool { gaps.total > Self.beginning / 2 || 2 * all.count { $0.view.gap < Self.shut } >= all.count }

  /// Looks at a frame, and keeps it where it tells more than those that are kept; `state` is what it was fitted with.
  mutating func look(at face: FaceLandmarks, _ frame: LiveFrame, _ state: LiveState) {
    let view = FaceView(face)
    gaps.append(view.gap)
    lids.append(view.lids)
    let isBeginning = gaps.total <= Self.beginning
    if isBeginning || gaps.total % 10 == 0 {
      // As `FitFrames` has it.
      (closed, open) = (max(0.03, gaps.quantile(isBeginning ? 1 : 0.25)), lids.quantile(1.0 / 3))
      // What was at rest by the measure of the beginning may not be any more.
      while all.count > Self.fewest, let k = all.indices.max(by: { all[$0].view.gap < all[$1].view.gap }), all[k].view.gap > closed {
        all.remove(at: k)
      }
      while all.count > Self.fewest, let k = all.indices.min(by: { all[$0].view.lids < all[$1].view.lids }), all[k].view.lids < 0.9 * open {
        all.remove(at: k)
      }
    }
    guard view.gap <= closed, view.lids >= open, gaps.total - lastKept >= Self.spacing else { return }
    let new = Keyframe(frame: frame, state: state, view: view)
    defer { lastKept = gaps.total }
    guard all.count == Self.most, let distance = all.map({ $0.view.squaredDistance(to: view) }).min() else { return all.append(new) }
    // The older one of the two that are most alike goes, if the new one is less like any.
    var least: (k: Int, distance: Float) = (0, .infinity)
    for i in all.indices {
      for j in all.indices where j > i {
        let d = all[i].view.squaredDistance(to: all[j].view)
        if d < least.distance { least = (i, d) }
      }
    }
    guard distance > least.distance else { return }
    all.remove(at: least.k)
    all.append(new)
  }
}
