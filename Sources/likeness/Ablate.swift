import ArgumentParser
import Consent
import Datasets
import Foundation
import Runs
import Study
import Subject
import Torch

struct Ablate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train and judge the method with and without its parts: the paper's tables of any dataset.",
    discussion: """
      Each row of the tables is a training of its own: the whole method, without texture enhancement, without weighted sampling of rays, without
      one deformation field and both; five sampling weights of lips and mouth; NerFACE in this engine; the fast field and the paper's networks;
      driven by tracked coefficients and by speech. Each is judged on the held-out frames as `likeness eval` does.

      --budget is the time of training of the whole study: every row's field gets the same part of it, and texture enhancement a quarter of that on
      top. Judging is not counted: a few seconds a row, for a row with slow images at most about as long as it was trained (it is judged on fewer
      frames then, which the report says). --row-budget gives each row's field its time instead.

      Writes <output>/ablation.html (one page with tables, images side by side, maps of errors, curves of training), ablation.md and ablation.csv
      again after every row, and rows/<name>/ with the run of each, which render and eval take. Ctrl-C saves and stops. With --resume rows that are
      finished are not run again, and one that was interrupted continues from its last checkpoint; for a finished study it writes the report again.

      Examples:
        likeness ablate --data data/anna --budget 2h
        likeness ablate --data data/anna --budget 2h --resume
        likeness ablate --data data/anna --row-budget 5m --rows expression-no-te,expression-no-hdm,nerface

      Rows: \(StudyPlan.rows(sweep: .expression).map(\.name).joined(separator: ", ")).
      """)

  @Option(help: ArgumentHelp("The dataset folder; with --resume and --output the study knows it.", valueName: "folder"))
  var data: String?
  @Option(help: ArgumentHelp("Training time of all rows together, such as 10m, 2h or 1h30m; 10m by default.", valueName: "time"))
  var budget: String?
  @Option(help: ArgumentHelp("Training time of each row, in place of --budget.", valueName: "time"))
  var rowBudget: String?
  @Option(help: ArgumentHelp("The study's folder; outputs/<dataset>/ablate/<time> by default.", valueName: "folder"))
  var output: String?
  @Flag(help: "Continue a study: that of --output, otherwise the dataset's latest.")
  var resume = false
  @Option(help: ArgumentHelp("Only these rows, by name with commas between.", valueName: "names"))
  var rows: String?
  @Option(help: "The longer side of the images, in pixels; 256 by default.")
  var size: Int?
  @Option(help: "The seed of all random numbers, in all rows.")
  var seed: UInt64?
  @Option(
    help: ArgumentHelp(
      "Change one field of every row's configuration by its path, such as rays.rays=1024; may be repeated.", valueName: "field=value"))
  var set: [String] = []
  @OptionGroup var consent: ConsentOptions
  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if budget != nil, rowBudget != nil { throw ValidationError("give --budget or --row-budget, not both") }
    for (name, text) in [("--budget", budget), ("--row-budget", rowBudget)] {
      if let text, StudyBudget.seconds(text) == nil { throw ValidationError("\(name) \(text): write a time such as 10m, 90s or 1h30m") }
    }
    if let size, !(16...8192).contains(size) { throw ValidationError("--size must be 16...8192") }
    if let output { try OutputKind.requireFolder(output) }
    if data == nil, !(resume && output != nil) { throw ValidationError("--data names the dataset folder to study") }
    if resume, rows != nil { throw ValidationError("a resumed study keeps its rows; leave out --rows") }
  }

  func run() throws {
    StopSignal.listen()
    let device = try compute.chosen()
    let (folder, isNew) = resume ? (try resumed(), false) : (try begun(), true)
    print("study     \(folder.url.path(percentEncoded: false))")
    print("training  \(folder.plan.rows.count) rows of \(ProgressTable.clock(folder.plan.secondsPerRow)) each, then judging")
    fflush(nil)
    let study = StudyRunner(folder: folder, device: device)
    do {
      try study.run()
    } catch  where isNew && !study.hasTrained {
      // What cannot be studied leaves no folder.
      try? FileManager.default.removeItem(at: folder.url)
      throw error
    }
    let page = try study.report.write(to: folder)
    print("report    \(page.path(percentEncoded: false))")
    let again = suggestedCommand("likeness", "ablate", "--output", folder.url.path(percentEncoded: false), "--resume")
    if StopSignal.isRaised, study.isOpen {
      print("stopped   continue with: \(again)")
      throw ExitCode(StopSignal.exitStatus ?? 1)
    }
    if !study.failures.isEmpty {
      throw Failure.other("\(study.failures.joined(separator: ", ")) failed, the report says why; try again with: \(again)")
    }
  }

  private var budgetChosen: StudyBudget? {
    rowBudget.flatMap { StudyBudget.seconds($0) }.map { .row($0) } ?? budget.flatMap { StudyBudget.seconds($0) }.map { .whole($0) }
  }

  private func begun() throws -> StudyFolder {
    let data = URL(filePath: data ?? "").standardizedFileURL
    let dataset = try Dataset(data, size: size)
    guard !dataset.trainIndices.isEmpty, !dataset.testIndices.isEmpty else {
      throw Failure.input("\(data.path): has no frames to train on, or none held out to judge by; make it of a longer clip")
    }
    let names = rows?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    let plan = try StudyPlan(
      data: data, budget: budgetChosen ?? .whole(600), size: size, seed: seed ?? 0, hasSound: dataset.audio != nil, changes: set,
      only: names,
      canRun: { AblationRun.obstacle($0, dataset) == nil })
    for row in plan.rows { _ = try AblationRun.configuration(row, plan) }
    let record = try consent.required(stored: ConsentFile.read(in: data), of: nil, called: data.relativePath)
    let place =
      output.map { URL(filePath: $0) }
      ?? RunFolder.place(in: URL(filePath: "outputs"), experiment: data.lastPathComponent, method: "ablate")
    let folder = try StudyFolder.create(place, plan)
    try ConsentFile.write(record, in: folder.url)
    return folder
  }

  private func resumed() throws -> StudyFolder {
    let place: URL
    if let output {
      place = URL(filePath: output)
    } else {
      let name = URL(filePath: data ?? "").standardizedFileURL.lastPathComponent
      guard let latest = StudyFolder.latest(in: URL(filePath: "outputs"), experiment: name) else {
        throw Failure.input("outputs/\(name)/ablate: holds no study; leave --resume out to begin one")
      }
      place = latest
    }
    let plan = try StudyFolder.plan(place)
    func differs(_ option: String) -> ValidationError {
      ValidationError("\(option) differs from what the study was begun with; leave it out, or begin another with another --output")
    }
    if let data, URL(filePath: data).standardizedFileURL.path(percentEncoded: false) != plan.data { throw differs("--data") }
    if let size, size != plan.size { throw differs("--size") }
    if let seed, seed != plan.seed { throw differs("--seed") }
    if !set.isEmpty, set != plan.changes { throw differs("--set") }
    if let budgetChosen, budgetChosen != plan.budget { throw differs("the budget") }
    let folder = try StudyFolder.resume(place)
    // Studies of earlier versions have none.
    let stored = try ConsentFile.read(in: folder.url) ?? ConsentFile.read(in: URL(filePath: plan.data))
    let record = try consent.required(stored: stored, of: nil, called: plan.data)
    try ConsentFile.write(record, in: folder.url)
    return folder
  }
}
