import Foundation
import Radiance
import Runs
import Subject
import Testing

@Suite struct ConfigurationTests {
  @Test func presetsAreSound() throws {
    for preset in SubjectConfiguration.presets { try preset.check() }
  }

  @Test func whatNothingCanBeMadeOfIsNamed() throws {
    let changes: [(String, (inout SubjectConfiguration) -> Void)] = [
      ("planes.lattice", { $0.planes?.lattice = [10] }), ("planes.lattice", { $0.planes?.lattice = [100_000, 100_000, 100_000] }),
      ("planes.planes", { $0.planes?.planes = [] }), ("planes.planes", { $0.planes?.planes = [64, 32] }),
      ("planes.step", { $0.planes?.step = .nan }), ("planes.basis.width", { $0.planes?.basis.width = 0 }),
      ("planes.refreshEvery", { $0.planes?.refreshEvery = 0 }), ("saveEvery", { $0.saveEvery = 0 }), ("rays.rays", { $0.rays.rays = -1 }),
      ("rays.weights", { $0.rays.weights = [1] }), ("mesh.weight", { $0.mesh.weight = -.infinity }),
      ("loss.mouthClasses", { $0.loss.mouthClasses = [12] }), ("loss.mouthClasses", { $0.loss.mouthClasses = [7, -1] }),
      (
        "planes.planes",
        {
          $0.planes?.planes = [4096]
          $0.planes?.planeChannels = 1024
        }
      ),
      (
        "planes.volume",
        {
          $0.planes?.volume = [512, 512, 512]
          $0.planes?.volumeChannels = 8
        }
      ),
      (
        "planes.lattice",
        {
          $0.planes?.lattice = [128, 128, 128]
          $0.planes?.basis.width = 1024
        }
      ),
      (
        "rays.rays",
        {
          $0.rays.rays = 1_000_000
          $0.planes?.samples = 4096
        }
      ),
      (
        "mesh.points",
        {
          $0.mesh.points = 1_000_000
          $0.mesh.frames = 64
        }
      ),
      (
        "speech.widths",
        {
          $0.drive(by: .speech)
          $0.speech?.widths = [4096, 4096, 4096, 4096]
        }
      ),
      (
        "field.grid.resolution",
        {
          $0.planes = nil
          $0.field.grid.resolution = [512, 512, 512]
        }
      ),
      (
        "field.position.frequencies",
        {
          $0.planes = nil
          $0.field.position = FrequencyEncoding(0, includesInput: false)
        }
      ),
      (
        "field.deformation.width",
        {
          $0.planes = nil
          $0.field.deformation.width = 1 << 40
        }
      ),
    ]
    for (field, change) in changes {
      var configuration = SubjectConfiguration.fast
      change(&configuration)
      let found = #expect(throws: ConfigurationError.self) { try configuration.check() }
      #expect(found?.field == field)
    }
  }

  /// Fields without a value are there to be changed, and runs from before they were written open.
  @Test func fieldsWithoutAValueAreWritten() throws {
    var value = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(SubjectConfiguration.reference))
    try value.set(["size"], to: .integer(96))
    #expect(try JSONDecoder().decode(SubjectConfiguration.self, from: JSONEncoder().encode(value)).size == 96)

    let folder = FileManager.default.temporaryDirectory.appending(path: "subject-tests-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var record = try RunRecord(experiment: "a", method: "subject", data: folder, configuration: SubjectConfiguration.fast)
    guard case .object(var members) = record.configuration, case .object(var planes)? = members["planes"],
      case .object(var basis)? = planes["basis"], case .object(var field)? = members["field"]
    else { return #expect(Bool(false), "no object") }
    // As the version before wrote them.
    (basis["activation"], basis["skip"]) = (.string("relu"), .integer(3))
    planes["basis"] = .object(basis)
    field["audio"] = nil
    (members["planes"], members["field"]) = (.object(planes), .object(field))
    record.configuration = .object(members)
    #expect(try SubjectConfiguration(RunFolder.create(folder.appending(path: "run"), record)) == .fast)
  }

  @Test func damagedConfigurationsAreToldOf() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "subject-tests-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var configuration = SubjectConfiguration.fast
    configuration.planes?.lattice = []
    let record = try RunRecord(experiment: "a", method: "subject", data: folder, configuration: configuration)
    let run = try RunFolder.create(folder.appending(path: "run"), record)
    let found = #expect(throws: RunError.self) { try SubjectConfiguration(run) }
    #expect("\(found!)".contains("planes.lattice=[]") && "\(found!)".contains("config.json"))
  }

  /// New runs hear generally and look at the lips; what an earlier run does not say stays as it was.
  @Test func newRunsHearGenerally() throws {
    var new = SubjectConfiguration.fast
    new.drive(by: .both)
    #expect(new.speech?.features == "general" && new.speech?.lipsLoss == 1)
    #expect(SpeechConfiguration().features == "mel" && SpeechConfiguration().lipsLoss == 0)
    new.speech?.lipsLoss = -1
    #expect(throws: ConfigurationError.self) { try new.check() }
  }
}
