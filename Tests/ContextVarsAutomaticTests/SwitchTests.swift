// SPDX-License-Identifier: Apache-2.0
import CContextVarsAutomatic
import ContextVars
import ContextVarsAutomatic
import Dispatch
import Foundation
import Testing

/// On, off, and what there is to follow.
@Suite struct SwitchTests {
    @Test func `Nothing follows before enable, and nothing after disable`() async {
        await #expect(processExitsWith: .success) {
            let queue = DispatchQueue(label: "queue")
            #expect(AutomaticPropagation.enabled == [])
            #expect(try await valueSeen(by: { queue.async(execute: $0) }) == nil)
            #expect(try await valueSeen(by: { Thread(block: $0).start() }) == nil)
            try AutomaticPropagation.enable()
            #expect(AutomaticPropagation.enabled == .all)
            #expect(try await valueSeen(by: { queue.async(execute: $0) }) == "a7")
            AutomaticPropagation.disable()
            #expect(AutomaticPropagation.enabled == [])
            #expect(try await valueSeen(by: { queue.async(execute: $0) }) == nil)
            #expect(try await valueSeen(by: { Thread(block: $0).start() }) == nil)
        }
    }

    @Test func `What was handed over before a switch keeps to what it was handed over with`() async {
        await #expect(processExitsWith: .success) {
            let (queue, seen) = (DispatchQueue(label: "queue"), Seen())
            queue.suspend()
            try inRequest("before") { queue.async { seen.note() } }
            try AutomaticPropagation.enable(.dispatch)
            try inRequest("between") { queue.async { seen.note() } }
            AutomaticPropagation.disable()
            try inRequest("after") { queue.async { seen.note() } }
            queue.resume()
            #expect(await seen.first(3) == [nil, "between", nil])
        }
    }

    @Test func `Each kind of work is switched on for itself`() async {
        await #expect(processExitsWith: .success) {
            let queue = DispatchQueue(label: "queue")
            try AutomaticPropagation.enable(.threads)
            #expect(try await valueSeen(by: { queue.async(execute: $0) }) == nil)
            #expect(try await valueSeen(by: { Thread(block: $0).start() }) == "a7")
            AutomaticPropagation.disable()
            try AutomaticPropagation.enable([.dispatch])
            #expect(try await valueSeen(by: { queue.async(execute: $0) }) == "a7")
            #expect(try await valueSeen(by: { Thread(block: $0).start() }) == nil)
            try AutomaticPropagation.enable([.threads])
            #expect(AutomaticPropagation.enabled == [.dispatch, .threads])
        }
    }

    @Test func `All boundaries of this program are interposed`() {
        let boundaries = AutomaticPropagation.boundaries
        #expect(boundaries.filter { !$0.isInterposed } == [])
        #expect(Set(boundaries.map(\.name)).isSuperset(of: ["dispatch_async", "dispatch_after", "pthread_create"]))
        #expect(boundaries.filter { $0.work == .threads }.map(\.name) == ["pthread_create"])
    }

    @Test func `The file with the linker's options names every boundary`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/ContextVarsAutomatic/wrap-flags")
        let all = (0..<contextvars_automatic_boundary_count()).map {
            String(cString: contextvars_automatic_boundary_at($0).name)
        }
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.map(String.init) == all.map { "-Xlinker --wrap=\($0)" })
    }

    @Test func `Errors say what to write`() {
        #expect(AutomaticPropagationError.notLinked.description.contains("wrap-flags"))
        #expect(AutomaticPropagationError.unsupportedPlatform.description.contains("queue.async(context: .current)"))
        #expect(AutomaticPropagationError.noSymbolTable.description.contains("strip -g"))
    }
}
