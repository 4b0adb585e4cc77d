/// One of the paper's tables: which rows it shows and by which figures.
package struct StudyTable: Sendable {
  /// A figure as a column.
  package struct Column: Sendable {
    package enum Best: Sendable { case low, high, one, none }
    /// As in `eval.json`.
    package let figure: String
    package let title: String
    package let digits: Int
    package let best: Best
    package init(_ figure: String, _ title: String, _ digits: Int, _ best: Best) {
      (self.figure, self.title, self.digits, self.best) = (figure, title, digits, best)
    }
    /// How far a value is from the best there can be; less is better. nil where the figure has no better and worse.
    func distance(_ value: Double) -> Double? {
      switch best {
      case .low: value
      case .high: -value
      case .one: abs(value - 1)
      case .none: nil
      }
    }
  }

  package let title: String
  /// What the reader should know of it.
  package let note: String
  package let rows: [String]
  package let columns: [Column]

  private static let images: [Column] = [
    .init("l1", "L1", 4, .low), .init("psnr", "PSNR", 2, .high), .init("ssim", "SSIM", 4, .high), .init("lpips", "LPIPS", 4, .low),
  ]
  private static let ours: [Column] = [
    .init("psnr_mouth", "PSNR mouth", 2, .high), .init("sharpness_head", "sharpness head", 2, .one),
    .init("detail_head", "detail head", 3, .high), .init("motion.lip_gap.correlation", "lips corr.", 3, .high),
    .init("motion.lip_gap.amplitude", "lips ampl.", 2, .one), .init("aed", "AED", 4, .low), .init("apd", "APD", 4, .low),
  ]
  private static let faceOnly: [Column] = [
    .init("l1_face_only", "L1 face only", 4, .low), .init("psnr_face_only", "PSNR face only", 2, .high),
    .init("ssim_face_only", "SSIM face only", 4, .high), .init("lpips_face_only", "LPIPS face only", 4, .low),
  ]
  private static let sync: [Column] = [
    .init("sync_confidence", "Sync", 3, .high), .init("motion.lip_gap.lag", "lips lag", 0, .none),
    .init("motion.lip_gap.lag_correlation", "lips corr. at lag", 3, .high),
  ]
  /// All figures that a table may show, for the file with everything.
  package static let columns: [Column] =
    images + faceOnly + sync + ours + [
      .init("psnr_head", "PSNR head", 2, .high), .init("psnr_face", "PSNR face", 2, .high), .init("psnr_torso", "PSNR torso", 2, .high),
      .init("identity", "identity", 3, .high), .init("torso.change_error", "torso change error", 4, .low),
    ]

  /// The paper's five, and one of fields and drivers.
  package static func all(sweep: StudyRow.Driver) -> [StudyTable] {
    let ablation = ["full", "no-te", "no-dws", "no-ldf", "no-hdm"]
    return [
      StudyTable(
        title: "Table 1: driven by 3DMM coefficients",
        note: "The paper's face-only rows are columns here. Its FOMM, PointAvatar and INSTA are systems of others and are not run.",
        rows: ["nerface", "expression-full"], columns: images + faceOnly),
      StudyTable(
        title: "Table 2: driven by speech",
        note: "Held-out frames, driven by their own speech. The paper's AD-NeRF, DFRF and SadTalker are systems of others and are not run.",
        rows: ["speech-full"], columns: images + faceOnly + sync),
      StudyTable(
        title: "Table 3: parts of the method, driven by 3DMM coefficients",
        note: "Each row lacks what the row above lacks, and more; the last two lack one or both deformation fields.",
        rows: ablation.map { "expression-" + $0 }, columns: images + ours),
      StudyTable(
        title: "Table 4: parts of the method, driven by speech", note: "The same rows, driven by speech.",
        rows: ablation.map { "speech-" + $0 }, columns: images + sync + ours),
      StudyTable(
        title: "Table 5: sampling weight of lips and mouth",
        note: sweep == .speech
          ? "Driven by speech, as in the paper. Weight 1.1 is the row without TE of Table 4 with another seed."
          : "Driven by coefficients, as this dataset cannot be driven by speech. Weight 1.1 is the row without TE of Table 3 with another seed.",
        rows: StudyPlan.weights.map(StudyPlan.weightName), columns: images + sync + ours),
      StudyTable(
        title: "Fields and drivers", note: "Rows were given the same time, not the same number of steps.",
        rows: ["expression-no-te", "compact", "reference", "speech-no-te", "speech-pictures"], columns: images + ours),
    ]
  }

  /// The rows whose value is best in a column, and its place among `values`; none where fewer than two rows have it.
  package static func best(_ values: [Double?], _ column: Column) -> Set<Int> {
    let distances = values.map { value in value.flatMap { $0.isFinite ? column.distance($0) : nil } }
    let known = distances.compactMap { $0 }
    guard known.count >= 2, let least = known.min() else { return [] }
    // Alike as far as they are printed.
    func printed(_ d: Double) -> String { d.formatted(plain: column.digits) }
    return Set(distances.indices.filter { i in distances[i].map { printed($0) == printed(least) } ?? false })
  }
}
