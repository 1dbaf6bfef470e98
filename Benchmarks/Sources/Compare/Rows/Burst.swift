// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CMeasure
import ContextVars
import Foundation
import Harness
import Synchronization

/// What a burst of tasks that wait at once takes, memory and time, and what it leaves behind.
///
/// Each kind is measured in a process that does nothing else, once: this program, started again.
enum Burst {
    static let rows = [
        Row("resident after a burst of \(grouped(count)) tasks", against: "25 MB", bar: 1, unit: .megabytes) {
            Sides(ours: { try await record($0, .context, \.after) }, peer: { $0.record(25, operations: 1) })
        },
        Row(
            "resident after a burst of \(grouped(count)) tasks", against: "the same with TaskLocal", bar: nil,
            unit: .megabytes
        ) {
            Sides(
                ours: { try await record($0, .context, \.after) }, peer: { try await record($0, .taskLocal, \.after) })
        },
        Row(
            "resident at the peak of a burst of \(grouped(count)) tasks", against: "the same with TaskLocal",
            bar: 1.05, unit: .megabytes
        ) {
            Sides(
                ours: { try await record($0, .context, \.peak) }, peer: { try await record($0, .taskLocal, \.peak) })
        },
        Row(
            "time of a burst of \(grouped(count)) tasks", against: "the same with TaskLocal", bar: 1.0,
            unit: .milliseconds
        ) {
            Sides(
                ours: { try await record($0, .context, \.milliseconds) },
                peer: { try await record($0, .taskLocal, \.milliseconds) })
        },
        Row(
            "resident after a burst of \(grouped(count)) tasks that set", against: "TaskLocal, bound by each",
            bar: nil, unit: .megabytes
        ) {
            Sides(
                ours: { try await record($0, .contextSet, \.after) },
                peer: { try await record($0, .taskLocalBound, \.after) })
        },
        Row(
            "resident at the peak of a burst of \(grouped(count)) tasks that set", against: "TaskLocal, bound by each",
            bar: nil, unit: .megabytes
        ) {
            Sides(
                ours: { try await record($0, .contextSet, \.peak) },
                peer: { try await record($0, .taskLocalBound, \.peak) })
        },
    ]

    private static let count = 300_000

    private static func record(
        _ meter: Meter, _ kind: Kind, _ figure: @Sendable (Price) -> Double
    ) async throws {
        meter.record(figure(try await BurstProcesses.shared.price(of: kind)), operations: 1)
    }

    /// What the tasks of a burst have.
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case context
        /// Each task sets a variable.
        case contextSet
        case taskLocal
        /// Each task binds the value for as long as it waits.
        case taskLocalBound
    }

    struct Price: Codable {
        /// Megabytes of the process that are resident.
        let peak, after: Double
        let milliseconds: Double
    }
}

// MARK: - The process that is measured

extension Burst.Kind {
    /// Runs the burst in this process, some times, and prints as JSON: the most that it took, the least that it left, and
    /// the shortest time.
    func perform() async throws {
        // Nothing that the command has bound, and no context.
        let (after, time) = try await Task.detached {
            var (after, time) = (Double.infinity, Duration.seconds(3600))
            for _ in 0..<4 {
                time = min(time, try await ContinuousClock().measure { try await burst() })
                measure_trim_heap()
                after = min(after, try residentMegabytes("VmRSS"))
            }
            return (after, time)
        }.value
        let price = Burst.Price(
            peak: try residentMegabytes("VmHWM"), after: after,
            milliseconds: time / .milliseconds(1))
        print(String(decoding: try JSONEncoder().encode(price), as: UTF8.self))
    }

    private nonisolated(nonsending) func burst() async throws {
        switch self {
        case .context:
            try await ReadValue.number.inContext {
                await wait { gate in
                    await gate.wait()
                    keep(Variables.number.get())
                }
            }
        case .contextSet:
            try await ReadValue.number.inContext {
                await wait { gate in
                    do {
                        try Variables.number.set(2)
                    } catch {
                        fatalError("A task can't set a variable in its own context: \(error)")
                    }
                    await gate.wait()
                    keep(Variables.number.get())
                }
            }
        case .taskLocal:
            await ReadValue.number.bound {
                await wait { gate in
                    await gate.wait()
                    keep(Locals.number)
                }
            }
        case .taskLocalBound:
            await ReadValue.number.bound {
                await wait { gate in
                    await Locals.$number.withValue(2) {
                        await gate.wait()
                        keep(Locals.number)
                    }
                }
            }
        }
    }

    /// Starts all tasks, opens the gate when each waits there, and returns when each has ended.
    private nonisolated(nonsending) func wait(_ body: @escaping @Sendable (Gate) async -> Void) async {
        let gate = Gate(expecting: Burst.count)
        let tasks = (0..<Burst.count).map { _ in Task { await body(gate) } }
        await gate.openWhenAllHaveCome()
        for task in tasks { await task.value }
    }

    /// A figure of Linux about this process.
    private func residentMegabytes(_ key: String) throws -> Double {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(key) }),
            let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) })
        else { throw Unavailable("/proc/self/status has no \(key)") }
        return kilobytes / 1024
    }
}

/// Where tasks wait until all have come.
private final class Gate: Sendable {
    private let expected: Int
    private let arrived = Atomic(0)
    private let (arrival, allHaveCome) = AsyncStream.makeStream(of: Void.self)
    private let (opening, opens) = AsyncStream.makeStream(of: Void.self)
    /// All wait for the end of this task.
    private let opened: Task<Void, Never>

    init(expecting expected: Int) {
        self.expected = expected
        opened = Task.detached { [opening] in for await _ in opening {} }
    }

    func wait() async {
        if arrived.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == expected { allHaveCome.finish() }
        await opened.value
    }

    func openWhenAllHaveCome() async {
        for await _ in arrival {}
        opens.finish()
        await opened.value
    }
}

// MARK: - Starting the process

/// The processes of this run: one for each kind, whichever row asks first.
private actor BurstProcesses {
    static let shared = BurstProcesses()
    private var known: [Burst.Kind: Burst.Price] = [:]

    func price(of kind: Burst.Kind) throws -> Burst.Price {
        if let price = known[kind] { return price }
        guard FileManager.default.fileExists(atPath: "/proc/self/status") else {
            throw Unavailable("needs Linux's /proc")
        }
        let process = Process()
        let output = Pipe()
        process.executableURL = Bundle.main.executableURL
        process.arguments = ["--burst", kind.rawValue]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let price = try JSONDecoder().decode(Burst.Price.self, from: data)
        known[kind] = price
        return price
    }
}
