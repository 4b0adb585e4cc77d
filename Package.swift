// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// Where libtorch is: the `torch` folder of a PyTorch wheel, or an unpacked libtorch archive.
let libtorch = Context.environment["LIBTORCH"] ?? Context.packageDirectory + "/.deps/torch"
/// What to link: with a CUDA build also the library that brings `libtorch_cuda` in when the tool starts.
let libraries = ["torch_cpu", "c10"] + (FileManager.default.fileExists(atPath: libtorch + "/lib/libtorch_cuda.so") ? ["torch"] : [])
let strict: [SwiftSetting] = Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}
/// What only says what others should do need not be fast itself, and is built in half of the time.
let plain: [SwiftSetting] = strict + [.unsafeFlags(["-Onone"])]
func tests(_ name: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = plain) -> Target {
  .testTarget(name: name + "Tests", dependencies: dependencies, resources: [.copy("Fixtures")], swiftSettings: settings)
}

let package = Package(
  name: "likeness",
  products: [.executable(name: "likeness", targets: ["likeness"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
  ],
  targets: [
    .target(
      name: "CTorch",
      cxxSettings: [
        .unsafeFlags(["-O2", "-isystem\(libtorch)/include", "-isystem\(libtorch)/include/torch/csrc/api/include"])
      ],
      linkerSettings: [
        .unsafeFlags(["-L\(libtorch)/lib", "-Xlinker", "-rpath=\(libtorch)/lib", "-Xlinker", "--no-as-needed"])
      ] + libraries.map { .linkedLibrary($0) }),
    .target(
      name: "CKernels",
      dependencies: ["CTorch"],
      cxxSettings: [
        .unsafeFlags([
          "-O3", "-fno-math-errno", "-ffp-contract=fast-honor-pragmas",
          // Without it at::parallel_for uses one thread.
          "-include\(Context.packageDirectory)/Sources/CKernels/Threads.h", "-isystem\(libtorch)/include",
          "-isystem\(libtorch)/include/torch/csrc/api/include",
        ])
      ]),
    .target(name: "CLiteRT"),
    .systemLibrary(name: "CFFmpeg"),
    module("Torch", ["CTorch", "CKernels"]),
    module("Media", ["CFFmpeg", "Torch"]),
    module("Face", ["Torch"]),
    module("Radiance", ["Torch"]),
    module("Metrics", ["Torch"]),
    module("Exchange", []),
    module("Consent", ["Torch"]),
    module(
      "Credentials",
      [
        "Consent", "Torch", .product(name: "Crypto", package: "swift-crypto"), .product(name: "_CryptoExtras", package: "swift-crypto"),
        .product(name: "X509", package: "swift-certificates"), .product(name: "SwiftASN1", package: "swift-asn1"),
      ]),
    module("Runs", ["Consent", "Torch"]),
    module("Perception", ["Face", "Torch"]),
    module("Speech", ["Media", "Torch"]),
    module("Datasets", ["Speech", "Face", "Media", "Torch"]),
    module("Tracking", ["CLiteRT", "Face", "Media", "Torch"]),
    module("Segmentation", ["Tracking", "Face", "Media", "Torch"]),
    module("Capture", ["Segmentation", "Tracking", "Datasets", "Speech", "Consent", "Media", "Face", "Torch"]),
    module("Talking", ["Speech", "Runs", "Metrics", "Media", "Face", "Torch"]),
    module("Driving", ["Talking", "Tracking", "Datasets", "Speech", "Media", "Face", "Torch"]),
    module("Evaluation", ["Tracking", "Datasets", "Metrics", "Perception", "Media", "Face", "Torch"]),
    module("Synthetic", ["Datasets", "Media", "Face", "Torch"]),
    module("Subject", ["Portrait", "Talking", "Datasets", "Radiance", "Speech", "Face", "Metrics", "Media", "Runs", "Consent", "Torch"]),
    module("Generator", ["Perception", "Radiance", "Face", "Media", "Metrics", "Runs", "Torch"]),
    module("Photos", ["Generator", "Tracking", "Perception", "Face", "Media", "Torch"]),
    module(
      "Portrait",
      [
        "Photos", "Exchange", "Generator", "Segmentation", "Datasets", "Tracking", "Perception", "Radiance", "Face", "Media", "Runs",
        "Consent", "Torch",
      ]),
    module("Marking", ["Credentials", "Consent", "Runs", "Media", "Torch", "CKernels"]),
    module("Forgetting", ["Consent", "Runs", "Torch"]),
    module("Texture", ["Subject", "Datasets", "Face", "Media", "Metrics", "Runs", "Torch"]),
    module("Study", ["Subject", "Runs", "Torch"]),
    .executableTarget(
      name: "likeness",
      dependencies: [
        "Torch", "Media", "Speech", "Face", "Radiance", "Metrics", "Perception", "Runs", "Datasets", "Tracking", "Capture", "Driving",
        "Talking", "Exchange", "Consent", "Credentials", "Marking", "Forgetting", "Evaluation", "Synthetic", "Subject", "Texture", "Study",
        "Generator", "Photos",
        "Portrait",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "bench",
      dependencies: [
        "Credentials", "Marking", "Torch", "Media", "Face", "Radiance", "Runs", "Datasets", "Tracking", "Synthetic", "Subject", "Generator",
        "Photos", "Portrait",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/bench", swiftSettings: strict),
    // What tests of several targets share.
    .target(name: "Golden", dependencies: ["Torch"], path: "Tests/Golden", resources: [.copy("Fixtures")], swiftSettings: strict),
    tests("Torch", ["Golden", "Torch"]),
    tests("Media", ["Media", "Torch"]),
    tests("Face", ["Face", "Golden", "Torch"]),
    tests("Radiance", ["Radiance", "Golden", "Torch"]),
    tests("Exchange", ["Exchange"]),
    tests("Consent", ["Consent", "Torch"]),
    tests("Credentials", ["Credentials", "Consent", "Torch"]),
    // They draw their images pixel by pixel.
    tests("Marking", ["Marking", "Media", "Torch", "CKernels"], settings: strict),
    tests("Metrics", ["Metrics", "Golden", "Torch"]),
    tests("Perception", ["Perception", "Tracking", "Media", "Golden", "Torch"]),
    tests("Runs", ["Runs", "Torch"]),
    tests("Speech", ["Speech", "Golden", "Media", "Torch"]),
    tests("Datasets", ["Datasets", "Golden", "Media", "Face", "Torch"]),
    tests("Tracking", ["Tracking", "Golden", "Media", "Face", "Torch"]),
    tests("Segmentation", ["Segmentation", "Tracking", "Golden", "Media", "Face", "Torch"]),
    tests("Capture", ["Capture", "Segmentation", "Tracking", "Datasets", "Speech", "Golden", "Media", "Face", "Torch"]),
    tests("Synthetic", ["Synthetic", "Datasets", "Tracking", "Capture", "Media", "Face", "Torch"]),
    tests("Subject", ["Subject", "Talking", "Speech", "Golden", "Radiance", "Runs", "Datasets", "Face", "Torch"]),
    tests("Texture", ["Texture", "Golden", "Datasets", "Face", "Metrics", "Runs", "Torch"]),
    tests("Study", ["Study", "Subject", "Runs", "Torch"]),
    tests("Generator", ["Generator", "Golden", "Radiance", "Face", "Media", "Runs", "Torch"]),
    tests(
      "Portrait",
      [
        "Portrait", "Photos", "Datasets", "Driving", "Exchange", "Generator", "Golden", "Radiance", "Tracking", "Face", "Media",
        "Perception", "Runs",
        "Torch",
      ]),
    tests("Talking", ["Talking", "Perception", "Speech", "Runs", "Face", "Torch"]),
    tests("Driving", ["Driving", "Datasets", "Face", "Torch"]),
    tests("Evaluation", ["Evaluation", "Datasets", "Face", "Media", "Metrics", "Torch"]),
    tests(
      "Likeness",
      [
        "likeness", "Marking", "Consent", "Driving", "Photos", "Evaluation", "Study", "Texture", "Runs", "Media", "Torch", "Synthetic",
        "Tracking", "Golden",
      ]),
  ],
  cxxLanguageStandard: .cxx20
)
