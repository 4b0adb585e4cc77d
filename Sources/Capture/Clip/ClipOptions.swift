import Consent
import Media

/// How a clip is made into a dataset.
package struct ClipOptions: Sendable {
  /// Which of a clip's shots is used.
  package enum ShotChoice: Sendable, Equatable {
    /// The one that shows a face the longest.
    case longest
    /// The n-th, from 1.
    case number(Int)
  }
  /// What is done about sound that comes early or late.
  package enum SoundShift: Sendable, Equatable {
    /// It stays as it is.
    case none
    /// It is moved by as many frames as it is found to come late, if that is more than one.
    case found
    /// It is taken to come so many frames late; negative for early.
    case frames(Int)
  }
  /// Width and height of the dataset's images in pixels; even.
  package var size = 512
  package var fps: Rational = 25
  package var shot = ShotChoice.longest
  package var sync = SoundShift.none
  /// Which of the clip's sound tracks is heard, from 1; nil for one with speech.
  package var audioTrack: Int?
  /// Frames of the clip at `fps` that are looked at; nil for all.
  package var frames: Range<Int>?
  /// Whose likeness the clip shows, to be kept with the dataset; nil where nobody said it.
  package var consent: ConsentRecord?
  /// Whether a dataset under the output's name may be replaced.
  package var overwrite = false
  /// Whether preview.mp4 is made.
  package var preview = true

  package init() {}
}

/// How far the making of a dataset has come.
package struct ClipProgress: Sendable {
  package enum Stage: String, CaseIterable, Sendable {
    case survey, images, fit, align, preview

    /// What it does, in words.
    package var title: String {
      switch self {
      case .survey: "finding the face"
      case .images: "images and masks"
      case .fit: "fitting the head"
      case .align: "aligning poses"
      case .preview: "preview"
      }
    }
  }
  package var stage: Stage
  /// Frames done, and in all as far as is known; 0 where it is not.
  package var done, total: Int
}
