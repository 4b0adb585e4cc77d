import Foundation
import Golden
import Media
import Testing
import Torch
import Tracking

@Suite(.enabled(if: Assets.networksArePresent && Assets.arePresent, "skipped: ../shared or the networks are absent")) struct UprightTests {
  private static let faces = [
    "frontal_f_yeoh.jpg", "frontal_m_cruise.jpg", "frontal_astronaut_smile_PD.png", "beard_m_bana.png", "bw_einstein.jpg",
    "glasses_m_dark_beard.png", "halfbody_obama_smile_PD.jpg", "pose_f_gadot_3q.jpg", "pose_f_roll.jpg",
  ]

  /// Turned by as many quarters as it lay on a side, and left alone where it is upright.
  @Test(arguments: faces) func facesTellWhichWayIsUp(_ name: String) throws {
    let search = try UprightSearch(), image = try ImageFile.read(Assets.photo(name))
    for lies in 0..<4 {
      let found = try search.quarterTurns(turned(image, quarterTurns: lies))
      #expect(found == (4 - lies) % 4, "\(name) turned by \(lies) quarters")
    }
  }
  @Test func nothingTellsNothing() throws {
    let search = try UprightSearch()
    #expect(try search.quarterTurns(Tensor.full([200, 300, 3], 90, .uint8)) == nil)
    #expect(try search.quarterTurns(try ImageFile.read(Assets.photo("neg_coffee.png"))) == nil)
  }

  /// A film of black, then a face on its side: no tag says so.
  @Test(arguments: 0..<4) func filmsTellWhichWayIsUp(_ lies: Int) throws {
    let scratch = try Scratch(), url = scratch.url.appending(path: "lies.mp4")
    let image = turned(resize(try ImageFile.read(Assets.photo("frontal_f_yeoh.jpg")), width: 256, height: 256), quarterTurns: lies)
    let film = try VideoWriter(url, width: 256, height: 256)
    for i in 0..<40 { try film.append(i < 12 ? Tensor.zeros([256, 256, 3], .uint8) : image) }
    try film.finish()
    #expect(try UprightSearch().quarterTurns(of: url, rate: 25) == (4 - lies) % 4)
  }
}
