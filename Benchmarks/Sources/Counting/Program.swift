// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `PROGRAM OPERATION ITERATIONS`: does one operation many times, and prints how many blocks these allocated.
///
/// `PROGRAM --list` prints the operations. `Benchmarks/thresholds` runs it.
package struct Program: Sendable {
    private let operations: [Operation]
    private let useLibraryOnce: @Sendable () -> Void

    /// - Parameters:
    ///   - operations: What can be counted.
    ///   - useLibraryOnce: Does what makes the library set up what it needs.
    package init(_ operations: [Operation], useLibraryOnce: @escaping @Sendable () -> Void) {
        self.operations = operations
        self.useLibraryOnce = useLibraryOnce
    }

    /// Does what the arguments of the process say.
    package func run() throws {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments == ["--list"] {
            for operation in operations { print(operation.name) }
        } else if arguments.count == 2, let iterations = arguments.last.flatMap({ Int($0) }), iterations > 0 {
            guard let index = operations.firstIndex(where: { $0.name == arguments.first }) else {
                throw UsageError(description: "no operation has that name; --list lists them")
            }
            count(operationAt: index, iterations: iterations)
        } else {
            throw UsageError(description: "usage: OPERATION ITERATIONS | --list")
        }
    }

    /// Runs the operation as servers do: in a task, after others have used the library.
    private func count(operationAt index: Int, iterations: Int) {
        for _ in 0..<3 {
            Task.detached(executorPreference: SingleThread.queue) { @SingleThread in useLibraryOnce() }
        }
        SingleThread.queue.run()
        // The library's first use starts a task on Dispatch's threads, which allocate until they sleep.
        usleep(200_000)

        // A closure literal as the argument is more than the compiler (6.3) understands.
        let measurement: @SingleThread () async -> Void = { await measure(operationAt: index, iterations: iterations) }
        Task.detached(executorPreference: SingleThread.queue, operation: measurement)
        SingleThread.queue.run()
    }

    @SingleThread
    private func measure(operationAt index: Int, iterations: Int) async {
        let operation = operations[index]
        let meter = Meter(iterations: iterations)
        do {
            try await operation.run(meter)
        } catch {
            fatalError("\(operation.name): \(error)")
        }
        print(meter.allocations)
    }
}

struct UsageError: Error, CustomStringConvertible {
    let description: String
}
