// SPDX-License-Identifier: Apache-2.0
extension HAMT: CustomStringConvertible, CustomDebugStringConvertible {
    /// The entries, as `Dictionary` would show them.
    public var description: String { describe { "\($0)" } }

    /// The entries, as `Dictionary` would show them in the debugger.
    public var debugDescription: String { describe { String(reflecting: $0) } }

    private func describe(_ item: (Any) -> String) -> String {
        if isEmpty { return "[:]" }
        return "[" + map { "\(item($0.key)): \(item($0.value))" }.joined(separator: ", ") + "]"
    }
}

extension HAMT.Keys: CustomStringConvertible {
    /// The keys, as an array would show them.
    public var description: String { Array(self).description }
}

extension HAMT.Values: CustomStringConvertible {
    /// The values, as an array would show them.
    public var description: String { Array(self).description }
}
