// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

extension ContextInspector {
    private static let sources = Mutex<[Int32: any DispatchSourceSignal]>([:])

    /// Prints ``live()`` to standard error each time the process gets a signal, for a process without a route to ask by.
    ///
    /// The signal loses its usual effect, which for `SIGUSR1` and `SIGUSR2` is to end the process. The report is written by
    /// a queue: the signal interrupts nothing.
    ///
    /// ```sh
    /// kill -USR2 PID
    /// ```
    ///
    /// - Parameter number: The signal; by default `SIGUSR2`.
    /// - Complexity: O(1). Safe from any thread. A second call for the same signal does nothing.
    public static func reportOnSignal(_ number: Int32 = SIGUSR2) {
        sources.withLock { sources in
            if sources[number] != nil { return }
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(
                signal: number, queue: DispatchQueue(label: "contextvars.inspector"))
            // contextvars:ignore the report belongs to no request
            source.setEventHandler {
                FileHandle.standardError.write(Data("contextvars: \(live())\n".utf8))
            }
            source.activate()
            sources[number] = source
        }
    }
}
