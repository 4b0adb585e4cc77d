import Foundation
import Synchronization

/// The number of the signal that asked this process to stop; 0 before.
private let stopSignal = Atomic<Int32>(0)

/// Long work that ends orderly when asked to: Ctrl-C, `kill`, or the terminal's end set a flag that the work looks at.
enum StopSignal {
  /// From now on the first such signal only sets the flag; a second one of its kind ends the process at once.
  static func listen() {
    stopSignal.store(0, ordering: .relaxed)
    var wanted = sigset_t()
    sigemptyset(&wanted)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      sigaddset(&wanted, number)
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { stopSignal.store($0, ordering: .relaxed) }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESTART) | UInt32(SA_RESETHAND))
      sigaction(number, &action, nil)
    }
    // Whoever started this process may have left them blocked, as a thread of a pool does.
    pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
  }
  static var isRaised: Bool { stopSignal.load(ordering: .relaxed) != 0 }
  /// What a process ended by the signal exits with: 130 for Ctrl-C, 143 for `kill`; nil if none came.
  static var exitStatus: Int32? { isRaised ? 128 + stopSignal.load(ordering: .relaxed) : nil }
}
