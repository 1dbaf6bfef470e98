// SPDX-License-Identifier: Apache-2.0
import CContextVarsDiagnostics
import Dispatch
import Foundation

extension ContextInspector {
    /// What reads the pipe that signals are written into, once there is one.
    private static let reader = Locked<Reader?>(nil)

    /// Invariant behind `@unchecked`: the source is kept, and never used again.
    private struct Reader: @unchecked Sendable {
        let source: any DispatchSourceRead
    }

    /// Prints ``live()`` to standard error each time the process gets a signal, for a process that has no route to ask.
    ///
    /// Before this returns, the signal loses its usual effect, which for `SIGUSR1` and `SIGUSR2` is to end the process. The
    /// report is written on a queue: the signal interrupts nothing. Signals that arrive while a report is being written share
    /// one more report.
    ///
    /// ```sh
    /// kill -USR2 PID
    /// ```
    ///
    /// - Parameter number: The signal; by default `SIGUSR2`.
    /// - Returns: Whether the signal is handled; `false` for one that can't be, such as `SIGKILL`, or if the process has no
    ///   file descriptors left.
    /// - Complexity: O(1). Safe from any thread.
    @discardableResult
    public static func reportOnSignal(_ number: Int32 = SIGUSR2) -> Bool {
        reader.withLock { reader in
            let pipe = contextvars_watch_signal(number)
            if pipe < 0 { return false }
            if reader != nil { return true }
            let source = DispatchSource.makeReadSource(
                fileDescriptor: pipe, queue: DispatchQueue(label: "contextvars.inspector"))
            // contextvars:ignore the report belongs to no request
            source.setEventHandler {
                contextvars_signals_read()
                StandardError.write("contextvars: \(live())\n")
            }
            source.activate()
            reader = Reader(source: source)
            return true
        }
    }
}
