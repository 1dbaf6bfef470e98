// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsAutomatic
import ContextVarsDispatch
import Dispatch
import Testing

/// Blocks that are handed to queues and groups.
@Suite struct QueueTests {
    @Test func `Every way to hand a block to a queue takes the context along`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let queue = DispatchQueue(label: "queue", attributes: .concurrent)
            #expect(try await valueSeen(by: { queue.async(execute: $0) }) == "a7")
            #expect(try await valueSeen(by: { queue.async(group: DispatchGroup(), execute: $0) }) == "a7")
            #expect(try await valueSeen(by: { queue.async(qos: .background, execute: $0) }) == "a7")
            #expect(try await valueSeen(by: { queue.async(flags: .barrier, execute: $0) }) == "a7")
            #expect(try await valueSeen(by: { queue.async(flags: [.barrier, .enforceQoS], execute: $0) }) == "a7")
            #expect(try await valueSeen(by: { queue.asyncAfter(deadline: .now(), execute: $0) }) == "a7")
            #expect(try await valueSeen(by: { queue.asyncAfter(wallDeadline: .now(), execute: $0) }) == "a7")
            #expect(try await valueSeen(by: { DispatchGroup().notify(queue: queue, execute: $0) }) == "a7")
            #expect(try await valueSeen(by: { DispatchQueue.main.async(execute: $0) }) == "a7")
            #expect(try await valueSeen(by: { DispatchQueue.global().async(execute: $0) }) == "a7")
        }
    }

    @Test func `A block has a copy: what it sets stays with it`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let (queue, seen) = (DispatchQueue(label: "queue"), Seen())
            try inRequest("a7") {
                for _ in 1...2 {
                    queue.async {
                        seen.note()
                        #expect(throws: Never.self) { try request.set("of the block") }
                        seen.note()
                    }
                }
                queue.sync {}
                #expect(request.get() == "a7")
            }
            #expect(await seen.first(4) == ["a7", "of the block", "a7", "of the block"])
        }
    }

    @Test func `A block that is handed over in a block goes on with that block's values`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let seen = Seen()
            @Sendable func goOn(_ depth: Int) {
                guard depth > 0 else { return seen.note() }
                #expect(throws: Never.self) { try request.set("depth \(depth)") }
                DispatchQueue.global().async { goOn(depth - 1) }
            }
            try inRequest("a7") { goOn(1000) }
            #expect(await seen.value == "depth 1")
        }
    }

    @Test func `Values of the place of the handover, not of the time of the run`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let (queue, seen) = (DispatchQueue(label: "queue"), Seen())
            queue.suspend()
            for number in 0..<100 {
                try inRequest("r-\(number)") {
                    queue.async { seen.note() }
                    try request.set("later")
                }
            }
            queue.resume()
            #expect(await seen.first(100) == (0..<100).map { "r-\($0)" })
        }
    }

    @Test func `A block that is handed over in no context has none`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let queue = DispatchQueue(label: "queue")
            _ = try await valueSeen(by: { queue.async(execute: $0) })
            await withCheckedContinuation { done in
                queue.async {
                    #expect(throws: ContextError.noCurrentContext) { try request.set("x") }
                    done.resume()
                }
            }
        }
    }

    @Test func `An explicit context wins`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let (queue, context, seen) = (DispatchQueue(label: "queue"), Context(), Seen())
            try context.run { _ = try request.set("explicit") }
            let snapshot = ContextSnapshot(context)
            try inRequest("a7") {
                try queue.async(context: context) {
                    seen.note()
                    #expect(throws: Never.self) { try request.set("changed") }
                }
                queue.async(context: snapshot) { seen.note() }
                queue.asyncAfter(deadline: .now(), context: ContextSnapshot()) { seen.note() }
            }
            #expect(await seen.first(3) == ["explicit", "explicit", nil])
            #expect(context[request] == "changed")
        }
    }

    @Test func `Each iteration of concurrentPerform has a copy`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let seen = Seen()
            try inRequest("a7") {
                DispatchQueue.concurrentPerform(iterations: 64) { _ in
                    seen.note()
                    #expect(throws: Never.self) { try request.set("of an iteration") }
                }
                #expect(request.get() == "a7")
            }
            #expect(await seen.first(64) == Array(repeating: "a7", count: 64))
        }
    }

    @Test func `What a queue runs for a caller who waits is the caller's code`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let queue = DispatchQueue(label: "queue")
            try inRequest("a7") {
                try queue.sync { _ = try request.set("set in sync") }
                #expect(request.get() == "set in sync")
                try queue.sync(flags: .barrier) { _ = try request.set("set in a barrier") }
                #expect(request.get() == "set in a barrier")
            }
        }
    }

    @Test func `What the main queue runs for a caller who waits elsewhere has the caller's values`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let seen = try await valueSeen { note in
                DispatchQueue.global().async { DispatchQueue.main.sync(execute: note) }
            }
            #expect(seen == "a7")
        }
    }

    @Test func `Task locals that snapshots carry come along`() async {
        await #expect(processExitsWith: .success) {
            ContextSnapshot.carry(Trace.$id)
            try AutomaticPropagation.enable()
            let traces = AsyncStream.makeStream(of: String?.self)
            try inRequest("a7") {
                Trace.$id.withValue("t-1") {
                    DispatchQueue.global().async { traces.continuation.yield(Trace.id) }
                }
            }
            var iterator = traces.stream.makeAsyncIterator()
            #expect(await iterator.next() == "t-1")
        }
    }

    private enum Trace {
        @TaskLocal static var id: String?
    }
}
