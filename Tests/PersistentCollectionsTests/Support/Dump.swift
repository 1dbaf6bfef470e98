// SPDX-License-Identifier: Apache-2.0
@testable import PersistentCollections

extension HAMT {
    /// The trie as text: one line for each node and each entry, indented by depth.
    ///
    /// Each line begins with the position in its parent: what four bits of the hash say, unless the map has up to 16
    /// entries, where another entry may be at that position.
    ///
    ///     HAMT of 3 entries
    ///     node
    ///       2: "a": 1
    ///       5: "b": 2
    ///       7: "c": 3
    var dumpDescription: String {
        var lines = ["HAMT of \(count) \(count == 1 ? "entry" : "entries")"]
        if count > 0, let root {
            withExtendedLifetime(root) { root.reference.dump(into: &lines, label: "", indent: "") }
        }
        return lines.joined(separator: "\n")
    }
}

extension NodeReference {
    func dump(into lines: inout [String], label: String, indent: String) {
        func add(_ entry: UnsafeMutablePointer<Entry>, _ label: String) {
            let (key, value) = (entry.pointee.key, entry.pointee.value)
            lines.append("\(indent)  \(label)\(String(reflecting: key)): \(String(reflecting: value))")
        }
        if header.pointee.isCollision {
            let hash = String(header.pointee.collisionHash >> NodeHeader.lowestShift, radix: 16)
            lines.append("\(indent)\(label)collision of hash \(hash)")
            let first = lines.count
            for index in 0..<entryCount { add(entries + index, "") }
            lines[first...].sort()
            return
        }
        lines.append("\(indent)\(label)node")
        for position in 0..<UInt(16) {
            switch content(at: position) {
            case .nothing: break
            case .entry(let entry): add(entry, "\(position): ")
            case .child(let child): child.dump(into: &lines, label: "\(position): ", indent: indent + "  ")
            }
        }
    }
}
