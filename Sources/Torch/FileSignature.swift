/// What a file is that was taken for another, by its first bytes.
enum FileSignature {
  case zip, pickle, numpy, hdf5, gzip, webPage

  init?(_ bytes: UnsafeRawBufferPointer) {
    let head = Array(bytes.prefix(16))
    func begins(_ start: [UInt8]) -> Bool { head.starts(with: start) }
    switch true {
    case begins([0x50, 0x4b, 0x03, 0x04]), begins([0x50, 0x4b, 0x05, 0x06]): self = .zip
    // The second byte is the protocol; the third the first instruction, which in files of any size is a frame, a mark or a container.
    case head.count > 2 && head[0] == 0x80 && (2...5).contains(head[1]) && [0x95, 0x7d, 0x63, 0x28, 0x5d, 0x8a].contains(head[2]):
      self = .pickle
    case begins([0x93] + Array("NUMPY".utf8)): self = .numpy
    case begins([0x89] + Array("HDF\r\n".utf8)): self = .hdf5
    case begins([0x1f, 0x8b, 0x08]): self = .gzip
    case begins(Array("<!DOCTYPE".utf8)), begins(Array("<!doctype".utf8)), begins(Array("<html".utf8)): self = .webPage
    default: return nil
    }
  }

  /// What it is and what to do about it.
  var words: (what: String, remedy: String) {
    switch self {
    case .zip: ("it is a zip file, or weights that PyTorch saved as one", "unpack it, or save its tensors as safetensors")
    case .pickle:
      (
        "it is a Python pickle",
        "convert it: Tools/convert_eg3d.py makes a safetensors file of EG3D's generators; save others as safetensors"
      )
    case .numpy: ("it is a NumPy array", "save it as safetensors")
    case .hdf5: ("it is an HDF5 file", "save its arrays as safetensors")
    case .gzip: ("it is packed with gzip", "unpack it with gunzip")
    case .webPage: ("it is a web page", "download the file itself")
    }
  }
}
