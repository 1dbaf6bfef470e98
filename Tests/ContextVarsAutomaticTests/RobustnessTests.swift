// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsAutomatic
import Dispatch
import Foundation
import Synchronization
import Testing

/// Conditions in which it must not hurt.
@Suite struct RobustnessTests {
    @Test func `A million blocks leave nothing behind`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let queue = DispatchQueue(label: "queue")
            let count = ProcessInfo.processInfo.environment["CONTEXTVARS_STRESS_TASKS"].flatMap(Int.init) ?? 1_000_000
            func residentPages() throws -> Int {
                let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
                return try #require(Int(pages[1]))
            }
            func handOver(_ count: Int) throws {
                for _ in 0..<(count / 1000) {
                    try Context().run {
                        try Counted.variable.set(Counted())
                        for _ in 0..<1000 { queue.async { #expect(Counted.variable.get() != nil) } }
                    }
                    queue.sync {}
                }
            }
            try handOver(5000)
            let before = try residentPages()
            try handOver(count)
            let after = try residentPages()
            #expect(Counted.alive.load(ordering: .relaxed) == 0)
            #expect(after < before + 4096)
        }
    }

    @Test func `A child of fork goes on`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            // Others hand over at the moment of the fork. What is done for the first time has been done by then: a child has
            // no thread that would give back a lock which the runtime or the linker holds meanwhile.
            let isDone = Atomic(false)
            let begun = AsyncStream.makeStream(of: Void.self)
            for _ in 0..<2 {
                // Not a queue's thread: those are few, and this test may need one to go on.
                Thread.detachNewThread {
                    _ = try? inRequest("of others") {
                        DispatchQueue.global().sync {}
                        begun.continuation.yield()
                        while !isDone.load(ordering: .relaxed) { DispatchQueue.global().sync {} }
                    }
                }
            }
            for await _ in begun.stream.prefix(2) {}
            try inRequest("of this one") { DispatchWorkItem { #expect(request.get() == "of this one") }.perform() }
            // Swift hides the function.
            typealias Fork = @convention(c) () -> pid_t
            let fork = unsafeBitCast(dlsym(nil, "fork"), to: Fork.self)
            try inRequest("a7") {
                for _ in 0..<20 {
                    let child = fork()
                    if child == 0 {
                        // No thread of Dispatch is left here; a work item needs none.
                        nonisolated(unsafe) var value: String?
                        DispatchWorkItem { value = request.get() }.perform()
                        _exit(value == "a7" ? 0 : 1)
                    }
                    var status: Int32 = -1
                    #expect(waitpid(child, &status, 0) == child)
                    #expect(status == 0)
                }
            }
            isDone.store(true, ordering: .relaxed)
        }
    }

    @Test func `Signals may interrupt anything`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            signal(SIGALRM) { _ in RobustnessTests.signals.add(1, ordering: .relaxed) }
            var interval = itimerval(
                it_interval: timeval(tv_sec: 0, tv_usec: 200), it_value: timeval(tv_sec: 0, tv_usec: 200))
            setitimer(Int32(ITIMER_REAL.rawValue), &interval, nil)
            let (queue, seen) = (DispatchQueue(label: "queue"), Seen())
            var rounds = 0
            while rounds < 20 || Self.signals.load(ordering: .relaxed) < 100 {
                rounds += 1
                try inRequest("a7") { for _ in 0..<100 { queue.async { seen.note() } } }
                #expect(await seen.first(100) == Array(repeating: "a7", count: 100))
            }
            interval = itimerval()
            setitimer(Int32(ITIMER_REAL.rawValue), &interval, nil)
        }
    }

    private static let signals = Atomic(0)

    @Test func `A library that is loaded later is followed too`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let folder = FileManager.default.temporaryDirectory.appending(path: "contextvars-\(getpid())")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let (source, library) = (folder.appending(path: "library.c"), folder.appending(path: "library.so"))
            try """
            void dispatch_async(void *queue, void *block);
            void *dispatch_get_global_queue(long identifier, unsigned long flags);
            void hand_over(void *block) { dispatch_async(dispatch_get_global_queue(0, 0), block); }
            """.write(to: source, atomically: true, encoding: .utf8)
            let compiler = Process()
            compiler.executableURL = URL(filePath: "/usr/bin/env")
            compiler.arguments = ["clang", "-shared", "-fPIC", "-o", library.path, source.path]
            try compiler.run()
            compiler.waitUntilExit()
            #expect(compiler.terminationStatus == 0)

            let handle = try #require(dlopen(library.path, RTLD_NOW))
            typealias HandOver = @convention(c) (@escaping @convention(block) () -> Void) -> Void
            let handOver = unsafeBitCast(try #require(dlsym(handle, "hand_over")), to: HandOver.self)
            #expect(try await valueSeen(by: { handOver($0) }) == "a7")
        }
    }
}
