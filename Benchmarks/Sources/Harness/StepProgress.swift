// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How far a run has come, on the standard error: a bar that is redrawn on a terminal, a line for each step elsewhere.
struct StepProgress {
    let total: Int
    private var done = 0
    private let isTerminal = isatty(STDERR_FILENO) == 1

    init(total: Int) {
        self.total = total
    }

    /// Shows what begins now.
    func show(_ title: String) {
        let filled = String(repeating: "#", count: total == 0 ? 0 : done * 30 / total)
        let bar = filled.padding(toLength: 30, withPad: ".", startingAt: 0)
        let line = "[\(bar)] \(done)/\(total) \(title)"
        write(isTerminal ? "\r\u{1B}[K\(line.prefix(100))" : line + "\n")
    }

    /// Counts a step that has ended.
    mutating func advance() {
        done += 1
    }

    /// Leaves a clean line.
    func finish() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
