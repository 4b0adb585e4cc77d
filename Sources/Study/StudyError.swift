import Foundation
import Torch

/// Why a study cannot be made or gone on with; the description is one line with the remedy.
package enum StudyError: KindedError, Equatable {
  /// A study is there already.
  case exists(String)
  /// None is there.
  case absent(String)
  /// `study.json` or a result cannot be understood.
  case damaged(String, String)
  /// Written by a later version.
  case newer(String, version: Int)
  case noSuchRow(String, known: [String])

  package var errorKind: ErrorKind {
    switch self {
    case .noSuchRow: .usage
    case .exists, .absent, .damaged, .newer: .input
    }
  }
  package var description: String {
    switch self {
    case .exists(let place): "\(place): holds a study already; continue it with --resume, or choose another --output"
    case .absent(let place): "\(place): holds no study (it has no study.json); leave --resume out to begin one"
    case .damaged(let place, let why): "\(place): cannot be read: \(why); remove it, and that part is made again"
    case .newer(let place, let version):
      "\(place): was written by a newer Likeness (format \(version), this one reads up to \(StudyPlan.version)); update Likeness to use it"
    case .noSuchRow(let name, let known): "there is no row \(name); there are \(known.joined(separator: ", "))"
    }
  }
}
