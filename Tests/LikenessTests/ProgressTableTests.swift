import Foundation
import Runs
import Testing
import likeness

@Suite struct ProgressTableTests {
  static func progress(_ step: Int, _ fraction: Double) -> TrainingProgress {
    TrainingProgress(step: step, fraction: fraction, seconds: 1, raysPerSecond: 1234.4, loss: 0.01234567, psnr: 21.567)
  }

  @Test func rowsStandUnderTheirHeads() {
    let row = ProgressTable.row(Self.progress(1200, 0.123), left: 3723)
    #expect(row == "      1200   12.3   1:02:03      1234   0.012346   21.57")
    #expect(row.count == ProgressTable.head.count)
    #expect(ProgressTable.row(Self.progress(0, 0), left: nil).contains("      -      "))
    #expect([0, 59, 60, 3599.5, 1e12, .nan].map(ProgressTable.clock) == ["0:00", "0:59", "1:00", "1:00:00", "-", "-"])
  }

  @Test func aWarmStartHasATableOfItsOwn() {
    let progress = WarmUpProgress(step: 400, fraction: 0.2, meshMillimetres: 3.14159)
    let row = ProgressTable.row(progress, left: 24)
    #expect(row == "       400   20.0      0:24      3.14" && row.count == ProgressTable.warmUpHead.count)
    var written: [String] = []
    let table = ProgressTable(isTerminal: false, interval: .zero) { written.append($0) }
    table.show(progress)
    #expect(written.count == 2 && written[0] == ProgressTable.warmUpHead + "\n")
  }

  @Test func aTerminalsRowIsRewritten() {
    var written: [String] = []
    let table = ProgressTable(isTerminal: true, interval: .zero) { written.append($0) }
    table.show(Self.progress(1, 0.1))
    table.show(Self.progress(2, 0.2))
    table.finish()
    table.finish()
    #expect(written.count == 4 && written[0] == ProgressTable.head + "\n" && written[3] == "\n")
    #expect(written[1].hasPrefix("\r\u{1B}[K") && written[2].hasPrefix("\r\u{1B}[K") && !written[2].contains("\n"))
  }

  @Test func aLogGetsALineAnIntervalAndTheLast() {
    var written: [String] = []
    let table = ProgressTable(isTerminal: false, interval: .seconds(3600)) { written.append($0) }
    for i in 1...10 { table.show(Self.progress(i, Double(i) / 10)) }
    table.finish()
    #expect(written.count == 3 && written.allSatisfy { $0.hasSuffix("\n") && !$0.contains("\u{1B}") })
    #expect(written[1].contains(" 1 ") && written[2].contains(" 10 "))
  }
}
