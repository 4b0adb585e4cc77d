import CTorch

/// Facts about the libtorch in use.
package enum Libtorch {
  /// The version whose headers this program was built with, as "2.13.0".
  package static var builtVersion: String { String(cString: ct_version_built()) }
  /// The version that the program found when it started.
  package static var loadedVersion: String { String(cString: ct_version_loaded()) }

  /// Throws `LibtorchError` if the loaded libtorch is not the one that this program was built with: it promises nothing then.
  package static func check() throws { try check(built: builtVersion, loaded: loadedVersion) }
  package static func check(built: String, loaded: String) throws {
    if built != loaded { throw LibtorchError(built: built, loaded: loaded) }
  }

  /// Threads that operators use on the CPU.
  package static var threads: Int {
    get { Int(ct_threads()) }
    set { guard ct_set_threads(Int32(clamping: newValue)) else { mistake("threads") } }
  }
}

/// The program was built with another libtorch than it finds.
package struct LibtorchError: KindedError {
  package let built, loaded: String
  package var errorKind: ErrorKind { .system }
  package var description: String {
    "libtorch \(loaded) was loaded, but this program was built with \(built); build it again (swift build) with LIBTORCH naming the "
      + "libtorch to use, and unset LD_LIBRARY_PATH if it names another"
  }
}
