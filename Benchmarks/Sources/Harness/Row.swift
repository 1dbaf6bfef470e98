// SPDX-License-Identifier: Apache-2.0
/// One side of a row: sets up, then measures its operation once.
package typealias Side = @Sendable (Meter) async throws -> Void

/// The two sides of a row.
package struct Sides: Sendable {
    let ours: Side
    package let peer: Side

    package init(ours: @escaping Side, peer: @escaping Side) {
        self.ours = ours
        self.peer = peer
    }
}

/// One row of the table: an operation of ours against what a peer does for the same purpose.
package struct Row: Sendable {
    /// What a row's figures are.
    package enum Unit: String, Sendable {
        case nanoseconds = "ns"
        case bytes
        /// Resident memory of a process.
        case megabytes = "MB"
        /// What a process took that measured itself.
        case milliseconds = "ms"
        /// Millions of operations a second, all threads together.
        case throughput = "Mop/s"
        /// Requests a second, all connections together.
        case requests = "1/s"
    }

    /// The topic of the row, where rows are grouped.
    package private(set) var group: String?
    package let operation: String
    package let peer: String
    /// The ratio, ours to the peer's, that the row has to reach; nil where it only informs.
    package let bar: Double?
    package let unit: Unit
    /// Whether the other side is something that was measured, rather than a figure to stay below.
    package let hasPeer: Bool
    /// Makes what the sides share, a map of a million keys say, only when the row's turn has come.
    let makeSides: @Sendable () throws -> Sides

    package init(
        _ operation: String, against peer: String, bar: Double?, unit: Unit = .nanoseconds, hasPeer: Bool = true,
        sides: @escaping @Sendable () throws -> Sides
    ) {
        self.operation = operation
        self.peer = peer
        self.bar = Build.current == .debug ? nil : bar
        self.unit = unit
        self.hasPeer = hasPeer
        self.makeSides = sides
    }

    /// What a filter is looked for in.
    package var title: String { Self.title(group, operation, peer) }

    static func title(_ group: String?, _ operation: String, _ peer: String) -> String {
        [group, operation, peer].compactMap(\.self).joined(separator: " | ")
    }

    func inGroup(_ name: String) -> Row {
        var row = self
        row.group = name
        return row
    }

    package var higherIsBetter: Bool { unit == .throughput || unit == .requests }
}
