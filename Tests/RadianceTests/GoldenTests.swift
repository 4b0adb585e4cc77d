import Golden
import Radiance
import Testing
import Torch

/// The building blocks against what PyTorch computed for the published implementation.
@Suite struct GoldenRadiance {
  @Test(.golden("01_positional_encoding"))
  func positionalEncoding() throws {
    for file in try GoldenFile.all("01_positional_encoding", on: .test) {
      #expect(file.tensors.keys.contains { $0.hasPrefix("out.") }, "\(file.name)")
      for (name, expected) in file.tensors where name.hasPrefix("out.") {
        let words = name.dropFirst(4).split(separator: "_")  // xyz, L10, incl
        try #require(words.count > 1, "\(file.name) \(name) is no encoding that is known")
        let input = try file.tensors["in.\(words[0])"] ?? file["in.xyz"]
        let encoding = FrequencyEncoding(
          try #require(Int(words[1].dropFirst())), includesInput: words.last == "incl", doubling: !words.contains("linear"))
        #expect(encoding.width(of: input.size(-1)) == expected.size(-1))
        expectClose(encoding(input), expected, "\(file.name) \(name)")
      }
    }
  }

  @Test(.golden("03_rays"))
  func rays() throws {
    for file in try GoldenFile.all("03_rays", on: .test) {
      let height = try Int(file.number(of: "H")), width = try Int(file.number(of: "W"))
      let k = try file["in.intrinsics_fx_fy_cx_cy"].array(Double.self)
      try #require(k.count == 4, "\(file.name) in.intrinsics")
      let camera = Pinhole(focal: [k[0], k[1]], center: [k[2] * Double(width), k[3] * Double(height)], pixelOffset: 0)
      let rays = try worldRays(directions: camera.directions(width: width, height: height).to(.test), cameraToWorld: file["in.c2w_3x4"])
      try expectClose(rays.directions, file["out.directions_hw3"], "\(file.name) directions")
      try expectClose(rays.origins, file["out.origins_hw3"], "\(file.name) origins")
    }
  }

  @Test(.golden("08_volume_render"))
  func volumeRendering() throws {
    for file in try GoldenFile.all("08_volume_render", on: .test) {
      let raw = try file["in.raw_rgb3_seg12_sigma1"].clone().requiringGrad()
      let z = try file["in.z"], directions = try file["in.ray_dirs"], background = try file["in.background15"]
      let (front, weights) = Compositing.render(raw, depths: z, directions: directions, background: .background(background))
      let map = cat([front.color, try #require(front.semantics)], 1)
      try expectClose(map, file["out.bg.map15"], "\(file.name) map")
      try expectClose(weights, file["out.bg.weights"], "\(file.name) weights")
      try expectClose(front.depth, file["out.bg.depth"], "\(file.name) depth")
      try expectClose(front.opacity, file["out.bg.acc"], "\(file.name) opacity")
      try expectClose(front.disparity, file["out.bg.disp"], "\(file.name) disparity")
      try map.backward(file["in.upstream_grad_map"])
      try expectClose(#require(raw.grad), file["out.bg.grad_raw"], "\(file.name) gradient")

      let noisy = try Compositing.render(
        raw, depths: z, directions: directions, background: .background(background), noise: file["in.unit_noise"] * 0.1)
      try expectClose(cat([noisy.rays.color, #require(noisy.rays.semantics)], 1), file["out.bg_noise0.1.map15"], "\(file.name) noisy map")
      try expectClose(noisy.weights, file["out.bg_noise0.1.weights"], "\(file.name) noisy weights")

      // Without a plate the published code puts a sigmoid on the classes too.
      let bare = try file["in.raw_rgb3_seg12_sigma1"].clone().requiringGrad()
      let count = bare.size(-1) - 1
      let open = Compositing.weights(density: Compositing.density(bare.select(-1, count)), depths: z, directions: directions)
      let values = bare.narrow(-1, 0, count).sigmoid()
      let black = Compositing.composite(values, weights: open)
      let rendered = Compositing.rays(black, weights: open, depths: z)
      try expectClose(black, file["out.nobg.map15_all_sigmoid"], "\(file.name) black map")
      try expectClose(open, file["out.nobg.weights"], "\(file.name) black weights")
      try expectClose(rendered.opacity, file["out.nobg.acc"], "\(file.name) black opacity")
      try expectClose(rendered.depth, file["out.nobg.depth"], "\(file.name) black depth")
      try expectClose(rendered.disparity, file["out.nobg.disp"], "\(file.name) black disparity")
      try black.backward(file["in.upstream_grad_map"])
      try expectClose(#require(bare.grad), file["out.nobg.grad_raw"], "\(file.name) black gradient")

      let white = Compositing.composite(values.narrow(-1, 0, 3), weights: open, background: .white)
      try expectClose(white, file["out.white_rgb.map3"], "\(file.name) white map")
      try expectClose(open, file["out.white_rgb.weights"], "\(file.name) white weights")
      try expectClose(open.sum(-1), file["out.white_rgb.acc"], "\(file.name) white opacity")
    }
  }

  @Test(.golden("09_sample_pdf"))
  func importanceSampling() throws {
    for file in try GoldenFile.all("09_sample_pdf", on: .test) {
      let tensors = file.tensors
      let bins = try #require(tensors.first { $0.key.hasPrefix("in.bins") }).value
      let weights = try #require(tensors.first { $0.key.hasPrefix("in.weights") }).value
      let given = try inverseTransformSample(edges: bins, weights: weights, u: file["in.u"], count: 0)
      try expectClose(given, file["out.samples_given_u"], "\(file.name) given")
      let even = try file["out.samples_det_linspace"]
      expectClose(
        inverseTransformSample(edges: bins, weights: weights, u: nil, count: even.size(-1)), even, "\(file.name) even")
      if let coarse = tensors.first(where: { $0.key.hasPrefix("in.z_coarse") })?.value,
        let coarseWeights = tensors.first(where: { $0.key.hasPrefix("in.w_coarse") })?.value,
        let fine = tensors.first(where: { $0.key.hasPrefix("out.z_fine") })?.value
      {
        let new = importanceDepths(depths: coarse, weights: coarseWeights, u: nil, count: fine.size(-1) - coarse.size(-1))
        expectClose(cat([coarse, new], -1).sort(-1).values, fine, "\(file.name) merged")
      }
    }
  }

  @Test(.golden("10_stratified_z"))
  func stratifiedSampling() throws {
    for file in try GoldenFile.all("10_stratified_z", on: .test) {
      let jitter = try file["in.t_rand"]
      let near = try Tensor.full([jitter.size(0)], file.number(of: "near"), device: .test)
      let far = try Tensor.full([jitter.size(0)], file.number(of: "far"), device: .test)
      try expectClose(stratifiedDepths(near: near, far: far, count: jitter.size(1)), file["out.z_linear"], "\(file.name) even")
      try expectClose(
        stratifiedDepths(near: near, far: far, count: jitter.size(1), jitter: jitter), file["out.z_perturbed"], "\(file.name) moved")
    }
  }
}
