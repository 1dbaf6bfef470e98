// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsAutomatic
import ContextVarsFoundation
import Dispatch
import Foundation
import Testing

/// Threads that a program starts, and those of pools.
@Suite struct ThreadTests {
    @Test func `A thread has a copy of its starter's context for life`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            #expect(try await valueSeen(by: { Thread(block: $0).start() }) == "a7")
            let seen = Seen()
            try inRequest("a7") {
                Thread.detachNewThread {
                    #expect(throws: Never.self) { try request.set("of the thread") }
                    Thread.detachNewThread { seen.note() }
                    seen.note()
                }
            }
            #expect(await seen.first(2) == ["of the thread", "of the thread"])
        }
    }

    @Test func `pthread_create gives back what the routine returns`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            try inRequest("a7") {
                var thread = pthread_t()
                let argument = UnsafeMutableRawPointer(bitPattern: 42)
                #expect(pthread_create(&thread, nil, { request.get() == "a7" ? $0 : nil }, argument) == 0)
                var result: UnsafeMutableRawPointer?
                #expect(pthread_join(thread, &result) == 0)
                #expect(result == argument)
            }
        }
    }

    @Test func `A thread may end by pthread_exit or be cancelled`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            for _ in 1...20 {
                let seen = try await valueSeen { note in
                    Thread.detachNewThread {
                        note()
                        Thread.exit()
                    }
                }
                #expect(seen == "a7")
                try inRequest("a7") {
                    try Counted.variable.set(Counted())
                    var thread = pthread_t()
                    var result: UnsafeMutableRawPointer?
                    #expect(
                        pthread_create(&thread, nil, { pthread_exit($0) }, UnsafeMutableRawPointer(bitPattern: 42)) == 0
                    )
                    #expect(pthread_join(thread, &result) == 0 && result == UnsafeMutableRawPointer(bitPattern: 42))
                    #expect(pthread_create(&thread, nil, { _ in while true { pthread_testcancel() } }, nil) == 0)
                    #expect(pthread_cancel(thread) == 0)
                    // What a cancelled thread has returned.
                    #expect(pthread_join(thread, &result) == 0 && result == UnsafeMutableRawPointer(bitPattern: -1))
                }
                #expect(Counted.alive.load(ordering: .relaxed) == 0)
            }
        }
    }

    @Test func `A thread that can't be started costs nothing`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            try inRequest("a7") {
                var thread = pthread_t()
                var attributes = pthread_attr_t()
                pthread_attr_init(&attributes)
                pthread_attr_setstacksize(&attributes, 1 << 46)
                #expect(pthread_create(&thread, &attributes, { $0 }, nil) != 0)
                pthread_attr_destroy(&attributes)
            }
        }
    }

    @Test func `An explicit context wins`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let seen = Seen()
            try inRequest("a7") {
                let other = ContextSnapshot().with(request, "explicit")
                Thread(context: other) { seen.note() }.start()
            }
            #expect(await seen.value == "explicit")
        }
    }

    /// Each block waits until all have begun, so that each has a thread for itself, and most threads are new.
    @Test func `Dispatch's threads don't keep the context in which they were started`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let seen = Seen()
            @Sendable func occupyThreads(_ count: Int) {
                let (begun, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
                for number in 0..<count {
                    DispatchQueue(label: "queue \(number)").async {
                        begun.signal()
                        goOn.wait()
                        seen.note()
                    }
                }
                for _ in 0..<count { begun.wait() }
                for _ in 0..<count { goOn.signal() }
            }
            // Tasks, timers and blocks start threads of the pool by other functions.
            try inRequest("a7") {
                occupyThreads(32)
                for _ in 0..<32 { Task { await Task.yield() } }
            }
            #expect(await seen.first(32) == Array(repeating: "a7", count: 32))
            AutomaticPropagation.disable()
            DispatchQueue.global().async { occupyThreads(32) }
            #expect(await seen.first(32) == Array(repeating: nil, count: 32))
        }
    }
}
