// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsDiagnostics
import Dispatch
import Foundation
import Testing

private let tenant = ContextVar("request.tenant", default: "public").printable()
private let secret = ContextVar("secret", default: "none")

extension Diagnosing {
    @Suite struct InspectorTests {
        @Test func `A bound context is listed with its owner, parent and variables, and gone when it ends`()
            async throws
        {
            ContextInspector.start()
            defer { ContextInspector.stop() }
            var id: UInt64?
            try secret.withValue("key") {
                try tenant.withValue("acme") {
                    let live = ContextInspector.live()
                    let context = try #require(live.contexts.first { $0.variables.contains { $0.value == "acme" } })
                    id = context.id
                    #expect(context.variables.map(\.name) == ["request.tenant", "secret"])
                    #expect(context.variables.map(\.value) == ["acme", nil])
                    #expect(context.owner.kind == .task)
                    let parent = try #require(context.copiedFrom)
                    #expect(live.contexts.contains { $0.id == parent })
                    #expect(
                        live.tree.contains { $0.context.id == parent && $0.copies.contains { $0.context.id == id } })
                }
            }
            #expect(!ContextInspector.live().contexts.contains { $0.id == id })
        }

        @Test func `A task that waits is listed with its name and what it was copied from`() async throws {
            ContextInspector.start()
            defer { ContextInspector.stop() }
            let (started, startContinuation) = AsyncStream.makeStream(of: Void.self)
            let (ended, endContinuation) = AsyncStream.makeStream(of: Void.self)
            let task = tenant.withValue("acme") {
                Task(name: "waiter") {
                    _ = try? secret.set("x")
                    startContinuation.yield()
                    for await _ in ended { break }
                }
            }
            for await _ in started { break }
            let waiter = try #require(ContextInspector.live().contexts.first { $0.owner.name == "waiter" })
            #expect(waiter.copiedFrom != nil)
            #expect(waiter.variables.map(\.name) == ["request.tenant", "secret"])
            endContinuation.yield()
            await task.value
        }

        @Test func `Thousands of contexts are listed while others come and go`() async throws {
            ContextInspector.start()
            defer { ContextInspector.stop() }
            let count = 5000
            let (started, startContinuation) = AsyncStream.makeStream(of: Void.self)
            let latch = Latch()
            let tasks = (0..<count).map { number in
                Task.detached {
                    await tenant.withValue("\(number)") {
                        startContinuation.yield()
                        await latch.wait()
                    }
                }
            }
            var waiting = 0
            for await _ in started {
                waiting += 1
                if waiting == count { break }
            }
            let busy = Task.detached {
                while !Task.isCancelled { tenant.withValue("busy") { secret.withValue("x") {} } }
            }
            for _ in 0..<5 {
                let live = ContextInspector.live()
                let values = Set(live.contexts.compactMap { $0.variables.first?.value })
                try #require(values.isSuperset(of: (0..<count).map(String.init)))
            }
            let json = try JSONDecoder().decode(LiveReport.self, from: ContextInspector.live().json)
            #expect(json.contexts.count >= count)
            busy.cancel()
            await latch.open()
            for task in tasks { await task.value }
            await busy.value
            #expect(
                !ContextInspector.live().contexts.contains { $0.variables.contains { $0.name == "request.tenant" } })
        }

        @Test func `A chain of copies without end is listed as trees of bounded depth`() async {
            ContextInspector.start()
            defer { ContextInspector.stop() }
            let count = 350
            let live = await tenant.withValue("first") { await liveReport(below: count) }
            var (listed, generations) = (0, 0)
            func visit(_ nodes: [LiveReport.Node], _ generation: Int) {
                listed += nodes.count
                if !nodes.isEmpty { generations = max(generations, generation) }
                for node in nodes { visit(node.copies, generation + 1) }
            }
            visit(live.tree, 1)
            #expect(live.contexts.count >= count)
            #expect(listed == live.contexts.count)
            #expect(generations == 100)
        }

        /// What is alive in the last of a chain of tasks, each of which waits for the one that it has started.
        private func liveReport(below count: Int) async -> LiveReport {
            _ = try? secret.set("\(count)")
            if count == 0 { return ContextInspector.live() }
            return await Task { await liveReport(below: count - 1) }.value
        }

        @Test func `Stopped, it lists nothing, and it can be started again`() {
            ContextInspector.start()
            tenant.withValue("before") {
                ContextInspector.stop()
                #expect(ContextInspector.live().contexts.isEmpty)
                ContextInspector.start()
                let live = ContextInspector.live()
                #expect(!live.contexts.contains { $0.variables.contains { $0.value == "before" } })
                #expect(live.enteredBeforeStart >= 1)
                ContextInspector.stop()
            }
        }
    }
}

/// Lets thousands of waiters through once it is open, which wait without being asked.
private actor Latch {
    private var isOpen = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    func wait() async {
        if isOpen { return }
        await withCheckedContinuation { waiters.append($0) }
    }

    func open() {
        isOpen = true
        for waiter in waiters { waiter.resume() }
        waiters = []
    }
}
