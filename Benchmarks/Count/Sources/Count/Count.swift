#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `count OPERATION ITERATIONS`: does one operation many times, and prints how many blocks these allocated.
///
/// `count --list` prints the operations. `Benchmarks/thresholds` runs it under callgrind, which counts the instructions.
@main
enum Count {
    static let operations = ContextOperations.all + MapOperations.all

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments == ["--list"] {
            for operation in operations { print(operation.name) }
        } else if arguments.count == 2, let iterations = arguments.last.flatMap({ Int($0) }), iterations > 0 {
            guard let index = operations.firstIndex(where: { $0.name == arguments.first }) else {
                throw UsageError(description: "no operation has that name; see: count --list")
            }
            count(operationAt: index, iterations: iterations)
        } else {
            throw UsageError(description: "usage: count OPERATION ITERATIONS | --list")
        }
    }

    /// Runs the operation as servers do: in a task, after others have used the library.
    private static func count(operationAt index: Int, iterations: Int) {
        for _ in 0..<3 {
            Task.detached(executorPreference: SingleThread.queue) { @SingleThread in Variables.useOnce() }
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
    private static func measure(operationAt index: Int, iterations: Int) async {
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
