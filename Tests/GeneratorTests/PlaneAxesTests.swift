import Generator
import Testing

@Test func planeAxesAreStoredByName() {
  #expect(PlaneAxes.allCases.map(\.rawValue) == ["legacy", "fixed"])
}
