import Face
import Foundation
import Generator
import Golden
import Testing
import Torch

/// The published generator's volume renderer, piece by piece.
@Suite struct GoldenVolumeTests {
  @Test(.golden("10_osg_decoder", of: .portrait))
  func decoderIsThePublishedOne() throws {
    for file in try GoldenFile.all("10_osg_decoder", of: .portrait, on: .test) {
      let found = try decoder(file)(file["in.sampled_features"].mean(1))
      try expectNear(found.color, file["out.rgb"], "\(file.name) colour")
      try expectNear(found.density, file["out.sigma"], "\(file.name) density")
    }
  }

  @Test(.golden("11_triplane_sampling", of: .portrait))
  func planesAreReadAsPublished() throws {
    for file in try GoldenFile.all("11_triplane_sampling", of: .portrait, on: .test) {
      let names: [(String, PlaneAxes)] = [("official", .legacy), ("fixed", .fixed)]
      for (name, axes) in names {
        if let expected = file.tensors["out.proj_\(name)"] {
          // Of twice the points: of a box of side 1.
          try expectNear(TriplaneSampling.projections(file["in.coords"], axes: axes, boxWarp: 1), expected, "\(file.name) \(name)")
        }
        let prefix = "out.feat_\(name)_bw"
        for (key, expected) in file.tensors where key.hasPrefix(prefix) {
          let side = try #require(Double(key.dropFirst(prefix.count)))
          let found = try TriplaneSampling.features(file["in.planes"], at: file["in.coords"], axes: axes, boxWarp: side)
          expectNear(found, expected, "\(file.name) \(key)")
          let mean = try TriplaneSampling.mean(file["in.planes"], at: file["in.coords"], axes: axes, boxWarp: side)
          expectNear(mean, expected.mean(1), "\(file.name) \(key), mean")
        }
      }
    }
  }

  /// Cameras are drawn on the CPU, rays where tests compute.
  @Test(.golden("12_camera_rays", of: .portrait))
  func camerasAndRaysAreThePublishedOnes() throws {
    for file in try GoldenFile.all("12_camera_rays", of: .portrait, on: .test) {
      let poses = try file["out.lookat_c2w"], count = poses.size(0), angles = try file["in.yaw_pitch"].floats
      let pivot = try file["in.pivot"].floats
      var sampler = CameraSampler(radius: poses[.at(0), .to(3), .at(3)].norm().item, pivot: [pivot[0], pivot[1], pivot[2]])
      let labels = (0..<count).map { sampler.label(yaw: Double(angles[2 * $0]), pitch: Double(angles[2 * $0 + 1])) }
      expectNear(stack(labels.map(\.cameraToWorld.tensor)), poses, "\(file.name) look-at")
      for (key, expected) in file.tensors where key.hasPrefix("out.fov") && key.hasSuffix("_K") {
        let degrees = try #require(Double(key.dropFirst(7).dropLast(2)))
        expectNear(CameraLabel.intrinsics(fieldOfView: degrees).tensor, expected, "\(file.name) \(key)")
      }
      // Drawn without any spread around a direction that is to be read from where it stands, looking at the origin.
      let drawn = try file["out.gauss0_c2w"], at = drawn[.at(0), .to(3), .at(3)].array(Double.self)
      sampler.pivot = .zero
      sampler.radius = (at[0] * at[0] + at[1] * at[1] + at[2] * at[2]).squareRoot()
      sampler.yaw = Double.pi / 2 - atan2(at[2], at[0])
      sampler.pitch = -Double.pi / 2 * at[1] / sampler.radius
      let one = sampler.labels(1, Generator(seed: 0))[.at(0)]
      expectNear(one.narrow(0, 0, 16).reshape(1, 4, 4), drawn, "\(file.name) gaussian")
      let free = try file["out.create_c2w"].floats
      let pose = CameraSampler.pose(position: [free[3], free[7], free[11]], forward: [free[2], free[6], free[10]])
      try expectNear(pose.tensor.unsqueeze(0), file["out.create_c2w"], "\(file.name) pose")

      let directions = try file["out.ray_dirs"], side = Int(Double(directions.size(1)).squareRoot().rounded())
      let rays = try LabelRays(labels: cat([poses.reshape(count, 16), file["in.K"].reshape(count, 9)], 1), resolution: side)
      try expectNear(rays.origins, file["out.ray_origins"], "\(file.name) origins")
      expectNear(rays.directions, directions, "\(file.name) directions")
      let limits = rays.limits(box: 1)
      try expectNear(limits.near.unsqueeze(-1), file["out.box_tmin"], "\(file.name) box, near")
      try expectNear(limits.far.unsqueeze(-1), file["out.box_tmax"], "\(file.name) box, far")
    }
  }

  @Test(.golden("13_ray_depth_sampling", of: .portrait))
  func depthsAreThePublishedOnes() throws {
    for file in try GoldenFile.all("13_ray_depth_sampling", of: .portrait, on: .test) {
      let settings = try settings(file), jitter = try file["in.jitter"].squeeze(-1)
      let rays = try LabelRays(origins: file["in.ray_origins"], directions: file["in.ray_dirs"])
      var configuration = try configuration(settings)
      let stratified = DepthSampling.coarse(rays, jitter: jitter, configuration)
      try expectNear(stratified.unsqueeze(-1), file["out.stratified"], "\(file.name) stratified")
      configuration.disparity = true
      try expectNear(
        DepthSampling.coarse(rays, jitter: jitter, configuration).unsqueeze(-1), file["out.stratified_disparity"], "\(file.name) disparity")
      let limits = try DepthSampling.mended(near: file["in.box_start"].squeeze(-1), far: file["in.box_end"].squeeze(-1))
      let automatic = DepthSampling.stratified(near: limits.near, far: limits.far, jitter: jitter)
      try expectNear(automatic.unsqueeze(-1), file["out.stratified_auto"], "\(file.name) auto")

      let count = stratified.size(0) * stratified.size(1), depths = try file["out.stratified"].reshape(count, -1)
      let weights = try file["in.weights"].reshape(count, -1)
      try expectNear(DepthSampling.smoothed(weights), file["out.smoothed_weights"], "\(file.name) smoothed weights")
      try expectNear(0.5 * (depths[.all, .from(1)] + depths[.all, .to(-1)]), file["out.z_mid"], "\(file.name) middles")
      let drawn = try DepthSampling.importance(depths: depths, weights: weights, u: file["in.u"])
      let shape = try Array(stratified.shape.dropLast()) + [file["in.u"].size(1), 1]
      try expectNear(drawn.reshape(shape), file["out.importance_u"], "\(file.name) importance")
      let even = try file["out.pdf_det"], u = Tensor.linspace(0, 1, even.size(1), device: .test).expand(even.shape)
      expectNear(DepthSampling.importance(depths: depths, weights: weights, u: u), even, "\(file.name) even importance")
    }
  }

  @Test(.golden("14_ray_marcher", of: .portrait))
  func marchingIsThePublishedOne() throws {
    for file in try GoldenFile.all("14_ray_marcher", of: .portrait, on: .test) {
      let colors = try file["in.colors"].requiringGrad(), densities = try file["in.densities"].requiringGrad()
      let depths = try file["in.depths"].squeeze(-1)
      for (name, white) in [("white", true), ("black", false)] {
        let (rays, weights) = RayMarcher.march(features: colors, densities: densities.squeeze(-1), depths: depths, whiteBack: white)
        try expectNear(rays.features, file["out.rgb_\(name)"], "\(file.name) \(name)")
        try expectNear(rays.depth, file["out.depth_\(name)"], "\(file.name) \(name) depth")
        try expectNear(weights.unsqueeze(-1), file["out.weights_\(name)"], "\(file.name) \(name) weights")
        guard !white else { continue }
        let found = try gradients(of: [(rays.features * file["in.grad_rgb"]).sum() + rays.depth.sum()], for: [colors, densities])
        try expectNear(#require(found[0]), file["out.grad_colors"], relative: 1e-3, "\(file.name) gradient of colours")
        try expectNear(#require(found[1]), file["out.grad_densities"], relative: 1e-3, "\(file.name) gradient of densities")
      }
      let empty = try RayMarcher.march(
        features: file["in.colors_empty"], densities: file["in.densities_empty"].squeeze(-1), depths: file["in.depths_empty"].squeeze(-1),
        whiteBack: false
      ).rays
      try expectNear(empty.features, file["out.rgb_empty"], "\(file.name) empty")
      try expectNear(empty.depth, file["out.depth_empty"], "\(file.name) empty depth")
    }
  }

  /// The kernels are for the CPU alone: elsewhere plain operators are compared twice.
  @Test(.golden("15_importance_renderer", of: .portrait))
  func rendererIsThePublishedOne() throws {
    for file in try GoldenFile.all("15_importance_renderer", of: .portrait, on: .test) {
      let decoder = try decoder(file, prefix: "decoder."),
        rays = try LabelRays(origins: file["in.ray_origins"], directions: file["in.ray_dirs"])
      var renderer = TriplaneRenderer(try configuration(settings(file)), chunk: 7, usesKernels: false)
      renderer.configuration.coarse = try file["in.jitter"].size(2)
      renderer.configuration.fine = try file["in.u"].size(1)
      let draws = try RayDraws.given(jitter: file["in.jitter"], importance: file["in.u"])
      let both = try renderer.render(file["in.planes"], decoder, rays, draws)
      try expectNear(both.features, file["out.rgb"], "\(file.name) features")
      try expectNear(both.depth, file["out.depth"], "\(file.name) depth")
      try expectNear(both.weights, file["out.wsum"], "\(file.name) weights")
      // In pieces it is the same.
      let pieces = try withoutGradient { try renderer.render(file["in.planes"], decoder, rays, draws) }
      expectNear(pieces.features, both.features, "\(file.name) features in pieces")
      expectNear(pieces.depth, both.depth, "\(file.name) depth in pieces")
      renderer.usesKernels = true
      let fast = try withoutGradient { try renderer.render(file["in.planes"], decoder, rays, draws) }
      try expectNear(fast.features, file["out.rgb"], relative: 1e-3, "\(file.name) features by kernels")
      try expectNear(fast.depth, file["out.depth"], relative: 1e-3, "\(file.name) depth by kernels")
      renderer.configuration.fine = 0
      let coarse = try renderer.render(file["in.planes"], decoder, rays, .given(jitter: file["in.jitter"], importance: nil))
      try expectNear(coarse.features, file["out.rgb_coarse_only"], "\(file.name) coarse features")
      try expectNear(coarse.depth, file["out.depth_coarse_only"], "\(file.name) coarse depth")
    }
  }

  private func decoder(_ file: GoldenFile, prefix: String = "") throws -> TriplaneDecoder {
    let first = try file[prefix + "net.0.weight"], second = try file[prefix + "net.2.weight"]
    let decoder = TriplaneDecoder(first.size(1), hidden: first.size(0), output: second.size(0) - 1, Generator(seed: 0))
    try decoder.load(file.tensors.filter { $0.key.hasPrefix(prefix + "net.") }, prefix: prefix)
    return decoder.onTestDevice()
  }
  private func settings(_ file: GoldenFile) throws -> [String: Any] {
    let text = try #require(file.metadata["config"])
    return try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }
  private func configuration(_ settings: [String: Any]) throws -> RenderingConfiguration {
    var configuration = RenderingConfiguration()
    if let near = settings["ray_start"] as? Double, let far = settings["ray_end"] as? Double {
      (configuration.near, configuration.far) = (near, far)
    } else if settings["ray_start"] as? String == "auto" {
      configuration.limits = .auto
    }
    if let side = settings["box_warp"] as? Double { configuration.boxWarp = side }
    if let white = settings["white_back"] as? Bool { configuration.whiteBack = white }
    if let disparity = settings["disparity_space_sampling"] as? Bool { configuration.disparity = disparity }
    return configuration
  }
}
