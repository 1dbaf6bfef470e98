// SPDX-License-Identifier: Apache-2.0
internal import CMeasure

extension Meter {
    /// What a meter is told, for code to which it can't be sent: another task, actor or thread makes one there.
    package struct Batch: Sendable {
        fileprivate let quantity: Quantity
        fileprivate let iterations: Int

        fileprivate init(_ meter: Meter) {
            quantity = meter.quantity
            iterations = meter.iterations
        }
    }

    /// What this meter was told.
    package var batch: Batch { Batch(self) }
}

extension Meter.Batch {
    /// What one operation takes that the side measures, here.
    package func measure(_ side: (Meter) throws -> Void) rethrows -> Double {
        let meter = Meter(quantity, iterations: iterations)
        try side(meter)
        return meter.perOperation
    }

    /// What one operation of a loop takes that suspends, here.
    package nonisolated(nonsending) func measure(
        _ loop: nonisolated(nonsending) (_ iterations: Int) async throws -> Void
    ) async rethrows -> Double {
        let meter = Meter(quantity, iterations: iterations)
        try await meter.measure(loop)
        return meter.perOperation
    }

    /// What a single operation takes, less what reading the clock takes.
    package func measureOnce(_ operation: () -> Void) -> Double {
        if quantity == .allocations {
            measure_start_counting_heap()
            operation()
            return Double(measure_stop_counting_heap().allocations)
        }
        let before = measure_now()
        let start = measure_now()
        operation()
        let end = measure_now()
        return Double(end - start) - Double(start - before)
    }
}
