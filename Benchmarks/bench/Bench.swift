import Foundation
import Radiance
import Subject
import Torch

@main struct Bench {
  static func cpu() -> Double { var u = rusage(); getrusage(__rusage_who_t(0), &u); return Double(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * Double(u.ru_utime.tv_usec + u.ru_stime.tv_usec) }
  static func main() {
    let generator = Generator(seed: 1)
    let rays = Int(ProcessInfo.processInfo.environment["RAYS"] ?? "") ?? 512
    let shift = Double(ProcessInfo.processInfo.environment["SHIFT"] ?? "") ?? 0
    var configuration = FieldConfiguration.paper
    if ProcessInfo.processInfo.environment["COMPACT"] != nil {
      configuration.deformation = StackConfiguration(layers: 4, width: 64, skip: 4)
      configuration.hyper = StackConfiguration(layers: 3, width: 32, skip: 4)
      configuration.template = StackConfiguration(layers: 3, width: 64, skip: 4)
      configuration.headLayers = 2
      configuration.headWidth = 64
      configuration.position = FrequencyEncoding(6)
      configuration.grid = GridConfiguration(channels: 16, resolution: [64, 64, 64], feedsTrunk: true)
      configuration.sharesTemplate = true
    }
    let field = HyperField(configuration, generator)
    withoutGradient { for (n, t) in field.state() where n.hasSuffix("fc_alpha.bias") { t.add_(Tensor(Float(shift))) } }
    let compact = ProcessInfo.processInfo.environment["COMPACT"] != nil
    let sampling = compact ? RaySampling(coarse: 32, fine: 32) : RaySampling()
    let directions = Tensor.randn([rays, 3], generator) * 0.1 + Tensor([0, 0, -1] as [Float])
    let r = Rays(origins: Tensor.zeros([rays, 3]) + Tensor([0, 0, 0.8] as [Float]), directions: directions, near: 0.4, far: 1.2)
    let batch = RayBatch(rays: r, frames: [Int](repeating: 0, count: rays), colors: .rand([rays, 3], generator), labels: .randint(0..<12, [rays], generator), plate: .rand([rays, 3], generator))
    let driving = Tensor.randn([1, 76], generator), pose = Tensor.rand([1, 3, 4], generator)
    let memory = (Int(ProcessInfo.processInfo.environment["MEM"] ?? "") ?? 16) << 20
    for _ in 0..<4 {
      let randoms = RayRandoms.drawn(sampling, rays: rays, generator)
      let start = Date(), c0 = cpu()
      let report = field.accumulateGradients(batch, driving: driving, pose: pose, sampling: sampling, randoms: randoms, losses: .paper, memory: memory)
      print("cpu", cpu() - c0, "step", Date().timeIntervalSince(start), "s live", report.liveShare, "loss", report.loss)
    }
    let c = withoutGradient { field.conditioned(driving: driving, pose: pose) }
    for _ in 0..<2 {
      let start = Date(), c0 = cpu()
      _ = c.pixels(r, sampling: sampling, plate: batch.plate, memory: memory)
      print("cpu", cpu() - c0, "pixels", Date().timeIntervalSince(start))
    }
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    print(status?.split(separator: "\n").filter { $0.hasPrefix("VmHWM") } ?? [])
  }
}
