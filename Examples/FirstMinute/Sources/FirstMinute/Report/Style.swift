// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Colours, where a person can see them.
struct Style {
    private let isColored: Bool

    /// - Parameter wantsColor: What the command line says; `NO_COLOR` and a terminal that has no colours say no as well.
    init(wantsColor: Bool) {
        let environment = ProcessInfo.processInfo.environment
        let refused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        isColored = wantsColor && !refused && environment["TERM"] != "dumb" && isatty(STDOUT_FILENO) == 1
    }

    func bold(_ text: String) -> String { escape("1", text) }
    func dim(_ text: String) -> String { escape("2", text) }
    func red(_ text: String) -> String { escape("31", text) }
    func green(_ text: String) -> String { escape("32", text) }
    func yellow(_ text: String) -> String { escape("33", text) }

    private func escape(_ code: String, _ text: String) -> String {
        isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

/// The lines of a text that has none longer than `width`, where its words allow that.
func wrapped(_ text: String, to width: Int) -> [String] {
    text.split(separator: " ").reduce(into: []) { lines, word in
        if let line = lines.last, line.count + 1 + word.count <= width {
            lines[lines.count - 1] = "\(line) \(word)"
        } else {
            lines.append(String(word))
        }
    }
}

/// Fills up a text before it is coloured, as escape sequences have no width.
func padded(_ text: String, to width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return right ? space + text : text + space
}
