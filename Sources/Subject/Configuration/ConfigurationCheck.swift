import Radiance
import Torch

extension SubjectConfiguration {
  /// Throws a `ConfigurationError` naming the first field whose value is out of its bounds: sizes that no network or grid can have, and
  /// those that no memory holds.
  package func check() throws(ConfigurationError) {
    try within(1...Int.max, ["steps": steps, "saveEvery": saveEvery, "validateEvery": validateEvery])
    if let size { try within(16...8192, ["size": size]) }
    try within(1e-3...1e3, ["depth.front": depth.front, "depth.back": depth.back])
    try within(0...Int.max, ["mesh.warmUpSteps": mesh.warmUpSteps, "mesh.every": mesh.every])
    try within(1...4096, ["mesh.frames": mesh.frames])
    try within(4...1_000_000, ["mesh.points": mesh.points])
    try within(1...1_000_000, ["rays.rays": rays.rays])
    try within(1...10_000, ["rays.frames": rays.frames])
    try within(0...1, ["rays.everywhere": rays.everywhere, "rays.blinks": rays.blinks])
    try within(0...1024, ["rays.errorCells": rays.errorCells])
    try within(
      0...1e6,
      [
        "mesh.warmUpLearningRate": mesh.warmUpLearningRate, "mesh.weight": mesh.weight, "mesh.finalWeight": mesh.finalWeight,
        "optimizer.grid": optimizer.grid, "optimizer.template": optimizer.template, "optimizer.deformation": optimizer.deformation,
      ])
    try within(1e-12...1, ["optimizer.decay": optimizer.decay])
    try within(0...0.999_999, ["optimizer.secondMoment": optimizer.secondMoment])
    try within(1...4096, ["field.driving": field.driving])
    try within(1...255, ["field.classes": field.classes])
    guard rays.weights.count == field.classes, rays.weights.allSatisfy({ 0...1e6 ~= $0 }), rays.weights.contains(where: { $0 > 0 }) else {
      throw ConfigurationError(field: "rays.weights", value: "\(rays.weights)", bounds: "a weight for each of the \(field.classes) classes")
    }
    let strangers = loss.mouthClasses.filter { !(0..<field.classes).contains($0) }
    guard strangers.isEmpty else {
      throw ConfigurationError(
        field: "loss.mouthClasses", value: "\(loss.mouthClasses)", bounds: "classes of 0...\(field.classes - 1)")
    }
    try within(0...1e6, ["loss.semantic": loss.semantic, "loss.mouth": loss.mouth, "sampling.densityNoise": sampling.densityNoise])
    try within(0...1, ["rays.floor": rays.floor, "optimizer.epsilon": optimizer.epsilon])
    let samples = planes.map(\.samples) ?? max(sampling.coarse, sampling.fine)
    try few(1 << 26, "rays.rays", rays.rays, Memory.product(rays.rays, samples), "samples of a step")
    try few(1 << 24, "mesh.points", mesh.points, Memory.product(mesh.points, mesh.frames), "points of a step")
    if let speech { try speech.check() }
    guard let planes else { return try checkPaper() }
    try planes.check()
    try within(0...10_000, ["lift.views": lift.views])
    try within(0...Int.max, ["lift.firstSteps": lift.firstSteps, "lift.every": lift.every])
    try within(1...1_000_000, ["lift.rays": lift.rays])
    try within(1...10_000, ["lift.frames": lift.frames])
    try within(0...1e6, ["lift.weight": lift.weight, "lift.finalWeight": lift.finalWeight])
    try few(1 << 26, "lift.rays", lift.rays, Memory.product(lift.rays, samples), "samples of a step")
    if !planes.displaces {
      let without = "0 where planes.displaces is false: nothing follows the mesh"
      guard mesh.weight == 0 else { throw ConfigurationError(field: "mesh.weight", value: "\(mesh.weight)", bounds: without) }
      guard mesh.warmUpSteps == 0 else {
        throw ConfigurationError(field: "mesh.warmUpSteps", value: "\(mesh.warmUpSteps)", bounds: without)
      }
    }
  }

  /// What the paper's networks are made of.
  private func checkPaper() throws(ConfigurationError) {
    try within(
      1...64,
      [
        "field.deformation.layers": field.deformation.layers, "field.hyper.layers": field.hyper.layers,
        "field.template.layers": field.template.layers, "field.headLayers": field.headLayers,
      ])
    try within(
      1...8192,
      [
        "field.deformation.width": field.deformation.width, "field.hyper.width": field.hyper.width,
        "field.template.width": field.template.width, "field.headWidth": field.headWidth,
      ])
    try within(
      0...20,
      [
        "field.position.frequencies": field.position.frequencies, "field.direction.frequencies": field.direction.frequencies,
        "field.ambient.frequencies": field.ambient.frequencies, "field.pose.frequencies": field.pose?.frequencies ?? 0,
      ])
    try within(1...64, ["field.ambientDimensions": field.ambientDimensions])
    try within(1...1024, ["field.grid.channels": field.grid.channels])
    try three(2...512, "field.grid.resolution", field.grid.resolution)
    guard field.positionCenter.count == 3 else {
      throw ConfigurationError(field: "field.positionCenter", value: "\(field.positionCenter)", bounds: "three numbers")
    }
    try within(2...4096, ["sampling.coarse": sampling.coarse])
    try within(0...4096, ["sampling.fine": sampling.fine])
    let encodings: KeyValuePairs = ["position": field.position, "ambient": field.ambient]
    for (name, encoding) in encodings where !encoding.includesInput {
      try within(1...20, ["field.\(name).frequencies": encoding.frequencies])
    }
    try within(-1e6...1e6, ["field.displacementRange": field.displacementRange, "field.initialDisplacement": field.initialDisplacement])
    try within(1e-6...1e6, ["field.positionScale": field.positionScale])
    try within(0...1e6, ["field.grid.initialDeviation": field.grid.initialDeviation, "field.grid.focus": field.grid.focus])
    if case .softplus(let scale) = field.density { try within(1e-6...1e6, ["field.density.softplus.scale": scale]) }
    for (name, stack) in [("deformation", field.deformation), ("hyper", field.hyper), ("template", field.template)] {
      try few(1 << 28, "field.\(name).width", stack.width, Memory.product(stack.width, stack.width, stack.layers), "weights")
    }
    try few(1 << 28, "field.headWidth", field.headWidth, Memory.product(field.headWidth, field.headWidth, field.headLayers), "weights")
    try few(1 << 29, "field.grid.resolution", field.grid.resolution, numbersOfGrids, "features")
  }

  /// Learnt numbers of grids and planes, which are most of a field's.
  var numbersOfGrids: Int {
    guard let planes else {
      let r = field.grid.resolution
      return Memory.product(r[0], r[1], r[2], field.grid.channels)
    }
    return planes.numbersOfGrids
  }
}

extension SpeechConfiguration {
  fileprivate func check() throws(ConfigurationError) {
    guard widths.count == 4, widths.allSatisfy({ (1...4096).contains($0) }) else {
      throw ConfigurationError(
        field: "speech.widths", value: "\(widths)", bounds: "four numbers in 1...4096, one for each halving of 16 steps")
    }
    try within(0...1, ["speech.trackedShare": trackedShare])
    try within(0...1e6, ["speech.trackedLoss": trackedLoss, "speech.lipsLoss": lipsLoss, "speech.learningRate": learningRate])
    try within(1...4096, ["speech.frames": frames])
    try within(0...Int.max, ["speech.steps": steps])
    try within(1...64, ["speech.members": members])
    let weights = zip(widths, widths.dropFirst()).reduce(0) { $0 + 3 * $1.0 * $1.1 }
    try few(1 << 28, "speech.widths", widths, Memory.product(weights, members), "weights")
    try within(0...10, ["speech.colouring": coloring, "speech.emphasis": emphasis])
  }
}

extension HyperPlanesConfiguration {
  fileprivate func check() throws(ConfigurationError) {
    try three(2...128, "planes.lattice", lattice)
    try three(1...512, "planes.volume", volume)
    // Their product has to stay below 2^24, as the kernels count cells.
    try three(1...255, "planes.occupancy", occupancy)
    if !templateOccupancy.isEmpty {
      try three(1...512, "planes.templateOccupancy", templateOccupancy)
      guard templateOccupancy[0] % 32 == 0 else {
        throw ConfigurationError(field: "planes.templateOccupancy", value: "\(templateOccupancy)", bounds: "a multiple of 32 cells along x")
      }
    }
    guard !planes.isEmpty, planes.allSatisfy({ (2...4096).contains($0) }), planes.last == planes.max() else {
      throw ConfigurationError(field: "planes.planes", value: "\(planes)", bounds: "numbers in 2...4096 with the largest last")
    }
    try within(1...64, ["planes.basis.layers": basis.layers])
    try within(
      1...1024,
      ["planes.basis.width": basis.width, "planes.coefficients": coefficients, "planes.hidden": hidden, "planes.shading": shading])
    try within(encoding.includesInput ? 0...20 : 1...20, ["planes.encoding.frequencies": encoding.frequencies])
    try within(
      1...1024,
      [
        "planes.planeChannels": planeChannels, "planes.volumeChannels": volumeChannels, "planes.ambientChannels": ambientChannels,
        "planes.features": features,
      ])
    try within(2...4096, ["planes.ambient": ambient])
    try few(1 << 29, "planes.planes", self.planes, Self.numbers(planes: self.planes, planeChannels), "features")
    try few(1 << 29, "planes.volume", volume, Memory.product(volume[0], volume[1], volume[2], volumeChannels), "features")
    try few(1 << 29, "planes.ambient", ambient, Memory.product(ambient, ambient, ambientChannels), "features")
    try few(1 << 28, "planes.basis.width", basis.width, Memory.product(basis.width, basis.width, basis.layers), "weights")
    let nodes = Memory.product(lattice[0], lattice[1], lattice[2])
    try few(
      1 << 29, "planes.lattice", lattice, Memory.product(nodes, max(basis.width, headFields), basis.layers), "values of its basis functions"
    )
    try within(0...256, ["planes.headFields": headFields])
    try within(1...1000, ["planes.basisEvery": basisEvery])
    try within(0...1e6, ["planes.rayEnd": rayEnd])
    try within(0.1...1, ["planes.latticeInner": latticeInner])
    try within(0...1, ["planes.visible": visible])
    try within(0...Int.max, ["planes.refreshFrom": refreshFrom])
    try within(0...1e6, ["planes.opacityLoss": opacityLoss, "planes.distortionLoss": distortionLoss])
    try within(0...0.99, ["planes.latticeFocus": latticeFocus, "planes.templateFocus": templateFocus])
    try within(1e-6...1e6, ["planes.densityScale": densityScale])
    try within(1e-4...10, ["planes.step": step, "planes.firstStep": firstStep])
    try within(1e-6...1, ["planes.narrowing": narrowing])
    try within(0...10, ["planes.drivingNoise": drivingNoise])
    try within(1...Int.max, ["planes.refreshEvery": refreshEvery])
    try within(1...4096, ["planes.samples": samples, "planes.pictureSamples": imageSamples])
  }

  private static func numbers(planes: [Int], _ channels: Int) -> Int { planes.reduce(0) { $0 + Memory.product(3, $1, $1, channels) } }
  fileprivate var numbersOfGrids: Int {
    Self.numbers(planes: planes, planeChannels) + Memory.product(volume[0], volume[1], volume[2], volumeChannels)
      + Memory.product(ambient, ambient, ambientChannels)
  }
}

/// Each field may be in its bounds, and their product more than any memory holds.
private func few(_ most: Int, _ field: String, _ value: Any, _ count: Int, _ what: String) throws(ConfigurationError) {
  guard count > most else { return }
  throw ConfigurationError(
    field: field, value: "\(value)", bounds: "such that, with the fields beside it, there are at most \(most) \(what), not \(count)")
}

private func within<N: Comparable>(_ bounds: ClosedRange<N>, _ fields: KeyValuePairs<String, N>) throws(ConfigurationError) {
  // What is not a number is in no range.
  for (name, value) in fields where !(bounds ~= value) {
    let words = bounds.upperBound as? Int == Int.max ? "\(bounds.lowerBound) or more" : "\(bounds.lowerBound)...\(bounds.upperBound)"
    throw ConfigurationError(field: name, value: "\(value)", bounds: words)
  }
}
private func three(_ bounds: ClosedRange<Int>, _ name: String, _ values: [Int]) throws(ConfigurationError) {
  guard values.count == 3, values.allSatisfy({ bounds ~= $0 }) else {
    throw ConfigurationError(field: name, value: "\(values)", bounds: "three numbers in \(bounds.lowerBound)...\(bounds.upperBound)")
  }
}
