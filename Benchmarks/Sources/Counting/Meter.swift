// SPDX-License-Identifier: Apache-2.0
public import CMeasure

/// Counts what the iterations of a loop do, without the set-up before it.
///
/// The first pass of each loop warms up: functions of libraries are looked up, the allocator gets its blocks. In a few
/// more allocations are counted, and the least number is taken: a thread of the runtime may have allocated meanwhile.
/// That takes instructions, so these are counted in the last pass.
@SingleThread
package final class Meter {
    let iterations: Int
    private let passes = 3
    /// Blocks that all iterations together allocated.
    private(set) var allocations: Int64 = 0

    init(iterations: Int) {
        self.iterations = iterations
    }

    package func count(_ loop: (_ iterations: Int) throws -> Void) throws {
        try loop(iterations)
        allocations = .max
        for _ in 0..<passes {
            measure_start_counting_heap()
            try loop(iterations)
            allocations = min(allocations, measure_stop_counting_heap().allocations)
        }

        var failure: (any Error)?
        countInstructions {
            do { try loop(iterations) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// The same for a loop that suspends.
    package func count(_ loop: @SingleThread (_ iterations: Int) async throws -> Void) async throws {
        try await loop(iterations)
        allocations = .max
        for _ in 0..<passes {
            measure_start_counting_heap()
            try await loop(iterations)
            allocations = min(allocations, measure_stop_counting_heap().allocations)
        }

        SingleThread.queue.setCounting(true)
        await Task.yield()
        try await loop(iterations)
        SingleThread.queue.setCounting(false)
    }
}

/// Calls the body where callgrind counts, if the program runs under it.
func countInstructions(_ body: () -> Void) {
    withoutActuallyEscaping(body) { body in
        withUnsafePointer(to: body) { pointer in
            let context = UnsafeMutableRawPointer(mutating: pointer)
            measure_count_instructions({ $0?.assumingMemoryBound(to: (() -> Void).self).pointee() }, context)
        }
    }
}

/// Uses a number as far as the optimiser can tell.
@inlinable @inline(__always)
public func keep(_ number: Int) {
    measure_keep(Int64(number))
}

/// Uses a value of any type as far as the optimiser can tell, without copying it.
@inlinable @inline(__always)
public func keep<Value>(_ value: borrowing Value) {
    withUnsafePointer(to: value) { measure_keep_address($0) }
}
