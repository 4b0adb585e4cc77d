import Golden
import Radiance
import Subject
import Testing
import Torch

/// Sizes that a file's tensors give away.
extension GoldenFile {
  /// The tensors behind a prefix, without it.
  func behind(_ prefix: String) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
  }
  /// The one tensor whose name starts so.
  func first(_ prefix: String) -> Tensor? { tensors.filter { $0.key.hasPrefix(prefix) }.min { $0.key < $1.key }?.value }
  /// Number of layers `<name>.0`, `<name>.1`, ...
  func count(_ name: String) -> Int { (0...).first { tensors["\(name).\($0).weight"] == nil } ?? 0 }
  var activation: Activation { (metadata["note"] ?? "").lowercased().contains("leaky") ? .leakyRelu : .relu }
  /// The chain `<name>.0`, `<name>.1`, ...
  func stack(_ name: String, activation: Activation) throws -> StackConfiguration {
    let layers = count(name), width = try self["\(name).0.weight"].size(0)
    let skip = try (1..<max(layers, 2)).first { try $0 < layers && self["\(name).\($0).weight"].size(1) != width }
    return StackConfiguration(layers: layers, width: width, activation: activation, skip: skip ?? layers)
  }
}

@Suite struct GoldenField {
  private let generator = Generator(seed: 1)

  @Test(.golden("02_pose_encoding"))
  func pose() throws {
    for file in try GoldenFile.all("02_pose_encoding", on: .test) {
      let six = try poseVector(file["in.c2w_3x4"])
      try expectClose(six, file["out.euler_trans"], "\(file.name) vector")
      let code = try #require(file.first("out.encoded"))
      expectClose(FrequencyEncoding(code.size(1) / 12, includesInput: false)(six), code, "\(file.name) code")
    }
  }

  /// A deformation network on its encoded input, the frame's part of it folded.
  private func deformed(
    _ file: GoldenFile, _ configuration: FieldConfiguration, _ layers: [Linear], _ output: Linear, _ stack: StackConfiguration
  ) throws -> Tensor {
    let encoded = try #require(file.first("in.xyz_encoded"))
    try expectClose(configuration.position(file["in.xyz"]), encoded, "\(file.name) encoding")
    let folded = FoldedStack(layers, stack, condition: condition(file))
    return Affine(output)(folded(encoded, frame: 0))
  }
  private func condition(_ file: GoldenFile) -> Tensor {
    cat([file.first("in.driving"), file.first("in.pose")].compactMap { $0 }, 1)
  }
  private func configuration(_ file: GoldenFile) throws -> FieldConfiguration {
    var configuration = FieldConfiguration.paper
    configuration.position = FrequencyEncoding((try #require(file.first("in.xyz_encoded")).size(1) - 3) / 6)
    configuration.driving = condition(file).size(1)
    configuration.pose = nil
    return configuration
  }

  @Test(.golden("04_deformation_"))
  func deformation() throws {
    for file in try GoldenFile.all("04_deformation_", on: .test) {
      var configuration = try configuration(file)
      configuration.deformation = try file.stack("w.layers_xyz", activation: file.activation)
      let field = DeformationField(configuration, generator)
      try field.load(file.behind("w."))
      field.onTestDevice()
      var shift = try deformed(file, configuration, field.layers, field.output, configuration.deformation)
      if file.metadata["note"]?.contains("tanh") ?? true { shift = shift.tanh() }
      try expectClose(shift, file["out.dx"], "\(file.name) displacement")
      try expectClose(file["in.xyz"] + shift, file["out.warped"], "\(file.name) point")
    }
  }

  @Test(.golden("05_ambient_"))
  func ambient() throws {
    for file in try GoldenFile.all("05_ambient_", on: .test) {
      var configuration = try configuration(file)
      configuration.hyper = try file.stack("w.layers_ambient", activation: file.activation)
      configuration.ambientDimensions = try file["w.fc_ambient.weight"].size(0)
      let sheet = HyperSheet(configuration, generator)
      try sheet.load(file.behind("w."))
      sheet.onTestDevice()
      try expectClose(
        deformed(file, configuration, sheet.layers, sheet.output, configuration.hyper), file["out.ambient"], "\(file.name)")
    }
  }

  @Test(.golden("06_template_"))
  func template() throws {
    for file in try GoldenFile.all("06_template_", on: .test) {
      let direction = try #require(file.first("in.dir")), grid = try #require(file.first("in.grid"))
      // The point's code comes first, then the pose's, then the driving vector.
      let order = ["in.xyz", "in.ambient", "in.pose", "in.driving", "in.expr"]
      let inputs = file.tensors.filter { $0.key.hasPrefix("in.") && !$0.key.hasPrefix("in.dir") && !$0.key.hasPrefix("in.grid") }
        .sorted { a, b in
          let (x, y) = (order.firstIndex { a.key.hasPrefix($0) } ?? 9, order.firstIndex { b.key.hasPrefix($0) } ?? 9)
          return (x, a.key) < (y, b.key)
        }
      let point = cat(inputs.map { $0.value.expand(direction.size(0), -1) }, 1)

      var configuration = FieldConfiguration.paper
      configuration.template = try file.stack("w.layers_xyz", activation: file.activation)
      configuration.headLayers = file.count("w.layers_dir")
      configuration.headWidth = try file["w.fc_rgb.weight"].size(1)
      configuration.classes = try file["w.fc_seg.weight"].size(0)
      configuration.grid.channels = grid.size(1)
      configuration.direction = FrequencyEncoding((direction.size(1) - 3) / 6)
      // Only the sum of the widths matters here.
      configuration.position = FrequencyEncoding(0)
      configuration.ambientDimensions = point.size(1) - 3
      configuration.ambient = FrequencyEncoding(0)
      let template = TemplateField(configuration, generator)
      try template.load(file.behind("w."))
      template.onTestDevice()
      let expected = try #require(file.first("out."))
      let folded = FoldedTemplate(template, configuration, condition: nil)
      let features = folded.features(point, frame: 0)
      let raw = cat([folded.rawColors(features, directions: direction, grid: grid), folded.rawDensity(features)], 1)
      expectClose(raw, expected, "\(file.name)")

      // What the published networks append for the frame, folded.
      guard let frame = inputs.last?.value, inputs.count > 1, frame.size(0) == 1 else { continue }
      configuration.ambientDimensions -= frame.size(1)
      let constant = FoldedTemplate(template, configuration, condition: frame)
      let same = constant.features(point.narrow(1, 0, point.size(1) - frame.size(1)), frame: 0)
      expectClose(constant.rawDensity(same), expected.narrow(1, expected.size(1) - 1, 1), "\(file.name) folded")
    }
  }

  @Test(.golden("07_feature_grid"))
  func featureGrid() throws {
    for file in try GoldenFile.all("07_feature_grid", on: .test) {
      for evaluation in [FieldEvaluation.plain, .folded] { try featureGrid(file, evaluation) }
    }
  }
  private func featureGrid(_ file: GoldenFile, _ evaluation: FieldEvaluation) throws {
    let grid =
      try (file.first("in.grid") ?? Procedural.tensor("spatial_embeddings", [1, file["out.features"].size(1), 32, 32, 32], bound: 1))
      .to(.test).clone()
      .requiringGrad()
    let points = try file["in.coords_xyz"].clone().requiringGrad()
    let features = FeatureGrid(grid, evaluation)(points)
    try expectClose(features, file["out.features"], "\(file.name) features")
    guard let upstream = file.tensors["in.upstream_grad"] else { return }
    features.backward(upstream)
    try expectClose(#require(grid.grad), file["out.grad_grid"], "\(file.name) gradient of the grid")
    try expectClose(#require(points.grad), file["out.grad_coords"], "\(file.name) gradient of the points")
  }

  @Test(.golden("11_audionet"))
  func audioNet() throws {
    for file in try GoldenFile.all("11_audionet", on: .test) {
      let windows = try #require(file.first("in.windows")), expected = try #require(file.first("out."))
      let steps = stride(from: 0, to: 64, by: 2).prefix { file.tensors["w.encoder_conv.\($0).weight"] != nil }
      let widths = try steps.map { try file["w.encoder_conv.\($0).weight"].size(0) }
      let output = file.tensors["w.encoder_fc1.2.weight"]?.size(0)
      let net = AudioNet(channels: windows.size(2), widths: widths, output: output, generator)
      try net.load(file.behind("w."))
      net.onTestDevice()
      // The texture network takes what the convolutions give, whether or not the file has the dense layers' weights.
      if file.name.contains("texture"), output != nil {
        let bare = AudioNet(channels: windows.size(2), widths: widths, output: nil, generator)
        try bare.load(file.behind("w.").filter { $0.key.hasPrefix("encoder_conv") })
        bare.onTestDevice()
        let off = [net, bare].map { $0(windows) }.filter { $0.shape == expected.shape }.map { ($0 - expected).abs().max().item }
        #expect((off.min() ?? .infinity) <= 1e-5, "\(file.name)")
      } else {
        expectClose(net(windows), expected, "\(file.name)")
      }
    }
  }

  @Test(.golden("11_audioattnet"))
  func audioAttention() throws {
    for file in try GoldenFile.all("11_audioattnet", on: .test) {
      let sequence = try #require(file.first("in.seq"))
      let net = try AudioAttention(channels: file["w.attentionConvNet.0.weight"].size(1), length: sequence.size(0), generator)
      try net.load(file.behind("w."))
      net.onTestDevice()
      expectClose(net(sequence), try #require(file.first("out.")), "\(file.name)")
    }
  }

  @Test(.golden("14_losses"))
  func losses() throws {
    for file in try GoldenFile.all("14_losses", on: .test) {
      let truth = try #require(file.first("in.mask_onehot")), predicted = try #require(file.first("in.pred_prob"))
      let weights = try #require(file.first("in.class_weights"))
      let squared = try RayLoss.photometric(file["in.pred_rgb"], file["in.gt_rgb"]), entropy = RayLoss.semantic(predicted, truth)
      try expectClose(squared.mean(), file["out.mse"], "\(file.name) mse")
      try expectClose(entropy.mean(), file["out.ce"], "\(file.name) ce")
      let means = RayLoss.classMeans(squared, truth), entropies = RayLoss.classMeans(entropy, truth)
      try expectClose(means, file["out.mse_per_class"], "\(file.name) mse a class")
      try expectClose(entropies, file["out.ce_per_class"], "\(file.name) ce a class")
      try expectClose(means * weights, file["out.mse_per_class_weighted"], "\(file.name) weighted mse a class")
      try expectClose(entropies * weights, file["out.ce_per_class_weighted"], "\(file.name) weighted ce a class")
      let shares = (means + entropies) * weights
      try expectClose(shares / shares.sum(), file["out.sample_prob_one_level"], "\(file.name) shares")
      let total = try RayLoss.total(
        color: file["in.pred_rgb"], semantics: predicted, trueColor: file["in.gt_rgb"], truth: truth, .published)
      try expectClose(total, file["out.total_one_level"], "\(file.name) total")
    }
  }
}
