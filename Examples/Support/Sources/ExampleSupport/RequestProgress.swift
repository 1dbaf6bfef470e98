// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How many requests are done: on a terminal, a bar that redraws its line; elsewhere, a line for every tenth.
public struct RequestProgress {
    private let total: Int
    private var done = 0
    private var shownPercent = 0
    private let isTerminal = isatty(STDOUT_FILENO) == 1

    /// Creates a bar that shows nothing yet.
    public init(total: Int) {
        self.total = total
    }

    /// Counts a request that is done.
    public mutating func advance() {
        done += 1
        let percent = done * 100 / total
        guard percent >= shownPercent + (isTerminal ? 1 : 10) else { return }
        shownPercent = isTerminal ? percent : percent / 10 * 10
        draw(percent)
    }

    private func draw(_ percent: Int) {
        let filled = percent * 30 / 100
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        let line = "\(bar) \(percent)%  \(done) of \(total) requests"
        if isTerminal {
            print("\r\(line)", terminator: done == total ? "\n" : "")
        } else {
            print(line)
        }
        flushOutput()
    }
}
