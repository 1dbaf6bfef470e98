// SPDX-License-Identifier: Apache-2.0
public import CMeasure

/// What one side of a row is measured with: the side sets up what it needs, then calls ``measure(per:_:)`` once.
///
/// So the set-up, entering a context and binding task-local values say, is outside the measurement.
package final class Meter {
    /// What is measured.
    ///
    /// Time and allocations never together: counting has its own price.
    package enum Quantity: Sendable {
        case time
        case allocations
    }

    /// How often the side is to do its operation.
    package let iterations: Int
    package let quantity: Quantity
    private var amount = 0.0
    private var operations = 1

    init(_ quantity: Quantity, iterations: Int) {
        self.quantity = quantity
        self.iterations = iterations
    }

    /// What one operation took, in the unit of what was measured.
    var perOperation: Double { amount / Double(operations) }

    /// What all of them took.
    var total: Double { amount }
}

extension Meter {
    /// Measures a loop over `iterations`, each of which does `operations` operations.
    ///
    /// What the body returns is released after the measurement.
    package func measure<Result>(
        per operations: Int = 1, _ body: (_ iterations: Int) throws -> Result
    ) rethrows -> Result {
        let start = begin()
        let result = try body(iterations)
        end(start, operations)
        return result
    }

    /// Measures a loop that suspends.
    package nonisolated(nonsending) func measure(
        _ body: nonisolated(nonsending) (_ iterations: Int) async throws -> Void
    ) async rethrows {
        let start = begin()
        try await body(iterations)
        end(start, 1)
    }

    /// Measures the bytes that `count` things keep alive on the heap.
    package func measureLiveBytes<Result>(of count: Int, _ build: () throws -> Result) rethrows {
        measure_start_counting_heap()
        let result = try build()
        record(Double(measure_stop_counting_heap().live_bytes), operations: count)
        withExtendedLifetime(result) {}
    }

    /// Takes what the side measured itself.
    package func record(_ amount: Double, operations: Int) {
        self.amount = amount
        self.operations = operations
    }

    /// Takes what one operation of this batch took.
    package func record(perOperation figure: Double) {
        record(figure * Double(iterations), operations: iterations)
    }

    private func begin() -> UInt64 {
        if quantity == .allocations { measure_start_counting_heap() }
        return measure_now()
    }

    private func end(_ start: UInt64, _ operations: Int) {
        let now = measure_now()
        let amount =
            switch quantity {
            case .time: Double(now - start)
            case .allocations: Double(measure_stop_counting_heap().allocations)
            }
        record(amount, operations: iterations * operations)
    }
}

/// Uses a number as far as the optimiser can tell.
@inlinable @inline(__always)
public func keep(_ number: Int) {
    measure_keep(Int64(number))
}

/// Uses an object as far as the optimiser can tell.
@inlinable @inline(__always)
public func keep(_ object: AnyObject) {
    measure_keep_address(Unmanaged.passUnretained(object).toOpaque())
}

/// Uses a value of any type as far as the optimiser can tell, without copying it.
@inlinable @inline(__always)
public func keep<Value>(_ value: borrowing Value) {
    withUnsafePointer(to: value) { measure_keep_address($0) }
}
