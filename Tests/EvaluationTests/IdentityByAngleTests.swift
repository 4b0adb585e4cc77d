import Evaluation
import Foundation
import Testing

/// How a portrait fares by how far the head is turned from its photo.
@Suite struct IdentityByAngleTests {
  @Test func framesAreGroupedByTheirAngle() throws {
    var all = IdentityByAngle()
    #expect(all.groups.isEmpty && all.identityPhoto == nil)
    all.add(.init(angle: 0, identityPhoto: 1, identityTruth: 0.9, psnrHead: 26))
    all.add(.init(angle: 11.9, identityPhoto: 0.8, identityTruth: nil, psnrHead: 24))
    all.add(.init(angle: 12, identityPhoto: 0.6, identityTruth: 0.5, psnrHead: nil))
    all.add(.init(angle: 61, identityPhoto: 0.1, identityTruth: 0.1, psnrHead: 10))
    let groups = all.groups
    #expect(groups.map(\.frames) == [2, 1] && groups.map(\.from) == [0, 12] && groups.map(\.to) == [12, 25])
    #expect(try abs(#require(groups[0].identityPhoto) - 0.9) < 1e-9 && groups[0].identityTruth == 0.9 && groups[0].psnrHead == 25)
    #expect(groups[1].psnrHead == nil && groups[1].identityTruth == 0.5)
    // The mean of all has those beyond the groups, too.
    #expect(try abs(#require(all.identityPhoto) - 0.625) < 1e-9)
  }

  /// The keys that others read.
  @Test func theReportHasTheGroups() throws {
    var all = IdentityByAngle()
    all.add(.init(angle: 3, identityPhoto: 0.5, identityTruth: 0.25, psnrHead: 20))
    let results = EvaluationReport.Results(scores: ["psnr": 20], motion: [:], lipSync: nil, byAngle: all.groups)
    let report = EvaluationReport(experimentName: "a", methodName: "portrait", checkpoint: "b", results: results)
    let read = try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
    let group = try #require(((read["results"] as? [String: Any])?["by_angle"] as? [[String: Any]])?.first)
    #expect(group["from"] as? Double == 0 && group["to"] as? Double == 12 && group["frames"] as? Int == 1)
    #expect(group["identity_photo"] as? Double == 0.5 && group["identity_truth"] as? Double == 0.25 && group["psnr_head"] as? Double == 20)
    #expect(report.table.contains("0 to 12 degrees"))
  }
}
