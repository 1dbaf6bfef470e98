// SPDX-License-Identifier: Apache-2.0
/// How the price of one operation grows with a number: of variables, of nested runs.
package struct Growth: Sendable {
    package let operation: String
    /// What the number counts.
    package let parameter: String
    package let numbers: [Int]
    package let unit: Row.Unit
    let makeSide: @Sendable (_ number: Int) -> Side

    package init(
        operation: String, parameter: String, numbers: [Int], unit: Row.Unit = .nanoseconds,
        makeSide: @escaping @Sendable (_ number: Int) -> Side
    ) {
        self.operation = operation
        self.parameter = parameter
        self.numbers = numbers
        self.unit = unit
        self.makeSide = makeSide
    }

    package var title: String { "growth | \(operation)" }
}

/// What was measured for one operation.
package struct GrowthOutcome: Sendable {
    package let growth: Growth
    package let figures: [Statistics]
}
