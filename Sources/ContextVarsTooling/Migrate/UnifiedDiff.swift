// SPDX-License-Identifier: Apache-2.0
#if Tools
/// The difference of two versions of a file, with three lines of context.
struct UnifiedDiff: CustomStringConvertible {
    private enum Line {
        case kept(String), removed(String), added(String)

        var isChange: Bool { if case .kept = self { false } else { true } }
    }

    private let path: String
    private let lines: [Line]
    private let beforeEndsWithBreak: Bool
    private let afterEndsWithBreak: Bool

    init(path: String, before: String, after: String) {
        self.path = path
        beforeEndsWithBreak = before.utf8.last == UInt8(ascii: "\n")
        afterEndsWithBreak = after.utf8.last == UInt8(ascii: "\n")
        lines = UnifiedDiff.compare(UnifiedDiff.split(before), UnifiedDiff.split(after))
    }

    /// Lines without their line feed, but with a carriage return before it: the two are one character.
    private static func split(_ text: String) -> [Substring] {
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Substring.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    private static func compare(_ before: [Substring], _ after: [Substring]) -> [Line] {
        let difference = after.difference(from: before)
        let removed = Set(difference.removals.map(offset))
        let added = Set(difference.insertions.map(offset))
        var lines: [Line] = []
        var (old, new) = (0, 0)
        while old < before.count || new < after.count {
            if old < before.count, removed.contains(old) {
                lines.append(.removed(String(before[old])))
                old += 1
            } else if new < after.count, added.contains(new) {
                lines.append(.added(String(after[new])))
                new += 1
            } else {
                lines.append(.kept(String(before[old])))
                (old, new) = (old + 1, new + 1)
            }
        }
        return lines
    }

    private static func offset(_ change: CollectionDifference<Substring>.Change) -> Int {
        switch change {
        case .insert(let offset, _, _), .remove(let offset, _, _): offset
        }
    }

    private var hunks: [Range<Int>] {
        var hunks: [Range<Int>] = []
        for index in lines.indices where lines[index].isChange {
            let range = max(0, index - 3)..<min(lines.count, index + 4)
            if let last = hunks.last, last.upperBound >= range.lowerBound {
                hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
            } else {
                hunks.append(range)
            }
        }
        return hunks
    }

    var description: String {
        let hunks = hunks
        guard !hunks.isEmpty else { return "" }
        var text = "--- a/\(path)\n+++ b/\(path)\n"
        var (old, new, position) = (1, 1, 0)
        for hunk in hunks {
            // What lies between two hunks is the same on both sides.
            old += hunk.lowerBound - position
            new += hunk.lowerBound - position
            let body = hunk.map { rendered($0) }.joined()
            let oldCount = lines[hunk].count { if case .added = $0 { false } else { true } }
            let newCount = lines[hunk].count { if case .removed = $0 { false } else { true } }
            text +=
                "@@ -\(oldCount == 0 ? old - 1 : old),\(oldCount) +\(newCount == 0 ? new - 1 : new),\(newCount) @@\n"
            text += body
            (old, new, position) = (old + oldCount, new + newCount, hunk.upperBound)
        }
        return text
    }

    private func rendered(_ index: Int) -> String {
        let noBreak = "\\ No newline at end of file\n"
        switch lines[index] {
        case .kept(let line):
            return " \(line)\n" + (index == lines.count - 1 && !afterEndsWithBreak ? noBreak : "")
        case .removed(let line):
            let isLast = !lines[(index + 1)...].contains { if case .added = $0 { false } else { true } }
            return "-\(line)\n" + (isLast && !beforeEndsWithBreak ? noBreak : "")
        case .added(let line):
            let isLast = !lines[(index + 1)...].contains { if case .removed = $0 { false } else { true } }
            return "+\(line)\n" + (isLast && !afterEndsWithBreak ? noBreak : "")
        }
    }
}
#endif
