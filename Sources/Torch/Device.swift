import CTorch

/// Where a tensor lives, in libtorch's words: `cpu`, `cuda:0`.
package struct Device: RawRepresentable, Hashable, Sendable {
  package var rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
  package static let cpu = Device(rawValue: "cpu")
  package static let cuda = Device(rawValue: "cuda")
  /// Whether a CUDA device can be used by the libtorch that was loaded.
  package static var hasCUDA: Bool { ct_device_count("cuda") > 0 }

  /// The device that a user named: `cpu`, `cuda` or `cuda:1`. Throws `DeviceError` if there is none such.
  package init(named name: String) throws {
    guard let match = name.wholeMatch(of: #/(cpu|cuda)(?::(\d{1,3}))?/#) else { throw DeviceError.unknown(name) }
    let count = Int(ct_device_count(String(match.1)))
    guard match.2.map({ Int($0) ?? .max }) ?? 0 < count else { throw DeviceError.absent(name, count: max(count, 0)) }
    self.init(rawValue: name)
  }
}

/// Why a device cannot be used.
package enum DeviceError: KindedError, Equatable {
  case unknown(String)
  case absent(String, count: Int)

  package var errorKind: ErrorKind { .usage }
  package var description: String {
    switch self {
    case .unknown(let name): "device \"\(name)\" is not known; use cpu, cuda or cuda:<number>"
    case .absent(let name, 0):
      "device \"\(name)\" cannot be used: libtorch finds no such device; use cpu, or install a driver and a libtorch with CUDA (LIBTORCH)"
    case .absent(let name, let count): "device \"\(name)\" cannot be used: there are \(count), counted from 0; use a lower number"
    }
  }
}
