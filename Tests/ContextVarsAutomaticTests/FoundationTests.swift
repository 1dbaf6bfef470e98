// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsAutomatic
import Foundation
import Testing

/// Foundation, as it is.
@Suite struct FoundationTests {
    @Test func `An operation has the context of the place that added it, whatever it waited for`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let (queue, seen) = (OperationQueue(), Seen())
            queue.maxConcurrentOperationCount = 1
            queue.isSuspended = true
            let dependency = BlockOperation { seen.note() }
            let dependent = BlockOperation { seen.note() }
            dependent.addDependency(dependency)
            dependent.completionBlock = { seen.note() }
            try inRequest("dependent") { queue.addOperation(dependent) }
            try inRequest("dependency") { queue.addOperation(dependency) }
            try inRequest("barrier") { queue.addBarrierBlock { seen.note() } }
            for number in 0..<50 { try inRequest("r-\(number)") { queue.addOperation { seen.note() } } }
            queue.isSuspended = false
            let values = await seen.first(54)
            #expect(values.prefix(2) == ["dependency", "dependent"])
            #expect(values.filter { $0 == "dependent" }.count == 2)
            #expect(values.filter { $0 == "barrier" }.count == 1)
            #expect(values.compactMap(\.self).filter { $0.hasPrefix("r-") } == (0..<50).map { "r-\($0)" })
        }
    }

    @Test func `A timer fires in the context of the thread that runs its run loop`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let seen = Seen()
            try inRequest("of the thread") {
                Thread.detachNewThread {
                    _ = try? inRequest("of somebody else") {
                        RunLoop.current.add(
                            Timer(timeInterval: 0.001, repeats: false) { _ in seen.note() }, forMode: .default)
                    }
                    while RunLoop.current.run(mode: .default, before: .distantFuture) {}
                }
            }
            #expect(await seen.value == "of the thread")
        }
    }

    @Test func `A readability handler has the context of the place that set it`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let (pipe, seen) = (Pipe(), Seen())
            try inRequest("a7") {
                pipe.fileHandleForReading.readabilityHandler = { file in
                    _ = file.availableData
                    seen.note()
                }
            }
            try inRequest("of somebody else") { try pipe.fileHandleForWriting.write(contentsOf: Data("x".utf8)) }
            #expect(await seen.value == "a7")
            pipe.fileHandleForReading.readabilityHandler = nil
        }
    }

    @Test func `A termination handler has no context, whoever has run the first process`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            func run(_ handler: @escaping @Sendable (Process) -> Void) throws {
                let process = Process()
                process.executableURL = URL(filePath: "/usr/bin/env")
                process.arguments = ["true"]
                process.terminationHandler = handler
                try process.run()
            }
            #expect(try await valueSeen(by: { note in try run { _ in note() } }, in: "first") == nil)
            #expect(try await valueSeen(by: { note in try run { _ in note() } }, in: "second") == nil)
            let wrapped = try await valueSeen(by: { note in
                try run(ContextSnapshot.current.wrap { @Sendable (_: Process) in note() })
            })
            #expect(wrapped == "a7")
        }
    }
}
