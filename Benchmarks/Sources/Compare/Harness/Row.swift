/// One side of a row: sets up, then measures its operation once.
typealias Side = @Sendable (Meter) async throws -> Void

/// The two sides of a row.
struct Sides: Sendable {
    let ours: Side
    let peer: Side
}

/// One row of the table: an operation of ours against what a peer does for the same purpose.
struct Row: Sendable {
    /// What a row's figures are.
    enum Unit: String, Sendable {
        case nanoseconds = "ns"
        case bytes
        /// Millions of operations a second, all threads together.
        case throughput = "Mop/s"
    }

    let operation: String
    let peer: String
    /// The ratio, ours to the peer's, that the row has to reach; nil where it only informs.
    let bar: Double?
    let unit: Unit
    /// Makes what the sides share, a map of a million keys say, only when the row's turn has come.
    let makeSides: @Sendable () throws -> Sides

    init(
        _ operation: String, against peer: String, bar: Double?, unit: Unit = .nanoseconds,
        sides: @escaping @Sendable () throws -> Sides
    ) {
        self.operation = operation
        self.peer = peer
        self.bar = bar
        self.unit = unit
        self.makeSides = sides
    }

    var title: String { "\(operation) | \(peer)" }

    var higherIsBetter: Bool { unit == .throughput }
}
