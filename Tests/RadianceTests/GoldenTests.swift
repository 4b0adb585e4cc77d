import Golden
import Radiance
import Testing
import Torch

/// The building blocks against what PyTorch computed for the published implementation.
@Suite struct GoldenRadiance {
  @Test(.enabled(if: GoldenFile.exist("01_positional_encoding"), "skipped: no golden vectors"))
  func positionalEncoding() throws {
    for file in try GoldenFile.all("01_positional_encoding") {
      for (name, expected) in file.tensors where name.hasPrefix("out.") {
        let words = name.dropFirst(4).split(separator: "_")  // xyz, L10, incl
        let input = file.tensors["in.\(words[0])"] ?? file["in.xyz"]
        let encoding = FrequencyEncoding(
          Int(words[1].dropFirst())!, includesInput: words.last == "incl", doubling: !words.contains("linear"))
        #expect(encoding.width(of: input.size(-1)) == expected.size(-1))
        expectClose(encoding(input), expected, "\(file.name) \(name)")
      }
    }
  }

  @Test(.enabled(if: GoldenFile.exist("03_rays"), "skipped: no golden vectors"))
  func rays() throws {
    for file in try GoldenFile.all("03_rays") {
      let height = Int(file.metadata["H"]!)!, width = Int(file.metadata["W"]!)!
      let k = file["in.intrinsics_fx_fy_cx_cy"].array(Double.self)
      let camera = Pinhole(focal: [k[0], k[1]], center: [k[2] * Double(width), k[3] * Double(height)], pixelOffset: 0)
      let rays = worldRays(directions: camera.directions(width: width, height: height), cameraToWorld: file["in.c2w_3x4"])
      expectClose(rays.directions, file["out.directions_hw3"], "\(file.name) directions")
      expectClose(rays.origins, file["out.origins_hw3"], "\(file.name) origins")
    }
  }

  @Test(.enabled(if: GoldenFile.exist("08_volume_render"), "skipped: no golden vectors"))
  func volumeRendering() throws {
    for file in try GoldenFile.all("08_volume_render") {
      let raw = file["in.raw_rgb3_seg12_sigma1"].clone().requiringGrad()
      let z = file["in.z"], directions = file["in.ray_dirs"], plate = file["in.background15"]
      let (front, weights) = Compositing.render(raw, depths: z, directions: directions, background: .plate(plate))
      let map = cat([front.color, front.semantics!], 1)
      expectClose(map, file["out.bg.map15"], "\(file.name) map")
      expectClose(weights, file["out.bg.weights"], "\(file.name) weights")
      expectClose(front.depth, file["out.bg.depth"], "\(file.name) depth")
      expectClose(front.opacity, file["out.bg.acc"], "\(file.name) opacity")
      expectClose(front.disparity, file["out.bg.disp"], "\(file.name) disparity")
      map.backward(file["in.upstream_grad_map"])
      expectClose(raw.grad!, file["out.bg.grad_raw"], "\(file.name) gradient")

      let noisy = Compositing.render(
        raw, depths: z, directions: directions, background: .plate(plate), noise: file["in.unit_noise"] * 0.1)
      expectClose(cat([noisy.rays.color, noisy.rays.semantics!], 1), file["out.bg_noise0.1.map15"], "\(file.name) noisy map")
      expectClose(noisy.weights, file["out.bg_noise0.1.weights"], "\(file.name) noisy weights")

      // Without a plate the published code puts a sigmoid on the classes too.
      let bare = file["in.raw_rgb3_seg12_sigma1"].clone().requiringGrad()
      let count = bare.size(-1) - 1
      let open = Compositing.weights(density: Compositing.density(bare.select(-1, count)), depths: z, directions: directions)
      let values = bare.narrow(-1, 0, count).sigmoid()
      let black = Compositing.composite(values, weights: open)
      let rendered = Compositing.rays(black, weights: open, depths: z)
      expectClose(black, file["out.nobg.map15_all_sigmoid"], "\(file.name) black map")
      expectClose(open, file["out.nobg.weights"], "\(file.name) black weights")
      expectClose(rendered.opacity, file["out.nobg.acc"], "\(file.name) black opacity")
      expectClose(rendered.depth, file["out.nobg.depth"], "\(file.name) black depth")
      expectClose(rendered.disparity, file["out.nobg.disp"], "\(file.name) black disparity")
      black.backward(file["in.upstream_grad_map"])
      expectClose(bare.grad!, file["out.nobg.grad_raw"], "\(file.name) black gradient")

      let white = Compositing.composite(values.narrow(-1, 0, 3), weights: open, background: .white)
      expectClose(white, file["out.white_rgb.map3"], "\(file.name) white map")
      expectClose(open, file["out.white_rgb.weights"], "\(file.name) white weights")
      expectClose(open.sum(-1), file["out.white_rgb.acc"], "\(file.name) white opacity")
    }
  }

  @Test(.enabled(if: GoldenFile.exist("09_sample_pdf"), "skipped: no golden vectors"))
  func importanceSampling() throws {
    for file in try GoldenFile.all("09_sample_pdf") {
      let tensors = file.tensors
      let bins = tensors.first { $0.key.hasPrefix("in.bins") }!.value
      let weights = tensors.first { $0.key.hasPrefix("in.weights") }!.value
      let given = inverseTransformSample(edges: bins, weights: weights, u: file["in.u"], count: 0)
      expectClose(given, file["out.samples_given_u"], "\(file.name) given")
      let even = file["out.samples_det_linspace"]
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

  @Test(.enabled(if: GoldenFile.exist("10_stratified_z"), "skipped: no golden vectors"))
  func stratifiedSampling() throws {
    for file in try GoldenFile.all("10_stratified_z") {
      let jitter = file["in.t_rand"]
      let near = Tensor.full([jitter.size(0)], Double(file.metadata["near"]!)!)
      let far = Tensor.full([jitter.size(0)], Double(file.metadata["far"]!)!)
      expectClose(stratifiedDepths(near: near, far: far, count: jitter.size(1)), file["out.z_linear"], "\(file.name) even")
      expectClose(
        stratifiedDepths(near: near, far: far, count: jitter.size(1), jitter: jitter), file["out.z_perturbed"], "\(file.name) moved")
    }
  }
}
