import Foundation

/// Other programs that the bench starts.
enum Subprocess {
  struct Failure: Error, CustomStringConvertible { let description: String }

  /// Runs a program to its end and returns what it printed; throws if it could not start or failed, about which it may be `quiet`.
  static func output(of program: String, _ arguments: [String], quiet: Bool = false) throws -> String {
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = pipe
    if quiet { process.standardError = FileHandle.nullDevice }
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: "\(program) ended with \(process.terminationStatus)") }
    return String(decoding: data, as: UTF8.self)
  }
}
