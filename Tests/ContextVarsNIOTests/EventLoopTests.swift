// SPDX-License-Identifier: Apache-2.0
#if NIO
import ContextVars
import ContextVarsNIO
import NIOCore
import NIOPosix
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15))) struct EventLoopTests {
    let snapshot = ContextSnapshot().with(Request.id, "a7")

    @Test func `NIO's own methods lose the context`() async throws {
        try await withEventLoops { loops in
            try await Context().run {
                try Request.id.set("a7")
                #expect(try await loops[0].submit { Request.id.get() }.get() == nil)
                try await expectNoContext(on: loops[0])
                #expect(try await loops[0].scheduleTask(in: .zero) { Request.id.get() }.futureResult.get() == nil)
            }
        }
    }

    @Test func `Each method runs its function in the values of the call`() async throws {
        try await withEventLoops { loops in
            let loop = loops[0]
            try await Context().run {
                try Request.id.set("a7")
                let executed = loop.makePromise(of: String?.self)
                loop.execute(context: .current) { executed.succeed(Request.id.get()) }
                let futures = [
                    executed.futureResult,
                    loop.submit(context: .current) { Request.id.get() },
                    loop.flatSubmit(context: .current) { loop.makeSucceededFuture(Request.id.get()) },
                    loop.scheduleTask(in: .milliseconds(1), context: .current) { Request.id.get() }.futureResult,
                    loop.scheduleTask(deadline: .now(), context: .current) { Request.id.get() }.futureResult,
                    loop.flatScheduleTask(in: .milliseconds(1), context: .current) {
                        loop.makeSucceededFuture(Request.id.get())
                    }.futureResult,
                    loop.flatScheduleTask(deadline: .now(), context: .current) {
                        loop.makeSucceededFuture(Request.id.get())
                    }.futureResult,
                    loop.makeFutureWithTask(context: .current) { Request.id.get() },
                ]
                try Request.id.set("later")
                for future in futures { #expect(try await future.get() == "a7") }
            }
            try await expectNoContext(on: loop)
        }
    }

    @Test func `A function that throws fails the future, and the thread keeps nothing`() async throws {
        try await withEventLoops { loops in
            let future = loops[0].submit(context: snapshot) {
                try Request.id.reset(Request.id.set("b")); throw Failure()
            }
            await #expect(throws: Failure.self) { try await future.get() }
            try await expectNoContext(on: loops[0])
        }
    }

    @Test func `Thousands of functions on several loops see their own values only`() async throws {
        try await withEventLoops(4) { loops in
            let futures = (0..<4000).map { number in
                ContextSnapshot().with(Request.sum, number).run {
                    loops[number % 4].submit(context: .current) {
                        let seen = Request.sum.get()
                        try Request.sum.set(-1)
                        return loops[(number + 1) % 4].submit(context: .current) { (seen, Request.sum.get()) }
                    }
                }
            }
            for (number, future) in futures.enumerated() {
                let seen = try await future.get().get()
                #expect(seen == (number, -1))
            }
            for loop in loops { try await expectNoContext(on: loop) }
        }
    }

    @Test func `On its own loop, non-Sendable state can be used`() async throws {
        try await withEventLoops { loops in
            let loop = loops[0]
            let seen = try await loop.flatSubmit(context: snapshot) {
                let log = Log()
                let isolated = loop.assumeIsolated()
                isolated.execute(context: .current) { log.add() }
                _ = isolated.submit(context: .current) { log.add() }
                isolated.scheduleTask(in: .zero, context: .current) { log.add() }
                let last = isolated.scheduleTask(deadline: .now() + .milliseconds(1), context: .current) {
                    log.add()
                    return log.lines
                }
                return last.futureResult
            }.get()
            #expect(seen == ["a7", "a7", "a7", "a7"])
        }
    }

    // MARK: A context of one's own

    @Test func `A Context keeps what the function set, and is free when the future has its result`() async throws {
        try await withEventLoops { loops in
            let context = Context()
            for round in 1...100 {
                let future = try loops[0].submit(context: context) { try Request.sum.set(Request.sum.get() + 1) }
                _ = try await future.map { _ in }.get()
                #expect(context[Request.sum] == round)
            }
        }
    }

    @Test func `A Context that is entered is refused at the call`() async throws {
        try await withEventLoops { loops in
            let loop = loops[0]
            let context = Context()
            context.runChecked {
                #expect(throws: ContextError.alreadyEntered) { try loop.execute(context: context) {} }
                #expect(throws: ContextError.alreadyEntered) { _ = try loop.submit(context: context) {} }
                #expect(throws: ContextError.alreadyEntered) {
                    try loop.scheduleTask(in: .zero, context: context) {}
                }
                #expect(throws: ContextError.alreadyEntered) {
                    try loop.scheduleRepeatedTask(initialDelay: .zero, delay: .zero, context: context) { _ in }
                }
                #expect(throws: ContextError.alreadyEntered) {
                    _ = try loop.makeFutureWithTask(context: context) {}
                }
            }
        }
    }

    @Test func `Cancelling a scheduled function frees its Context`() async throws {
        try await withEventLoops { loops in
            let context = Context()
            let scheduled = try loops[0].scheduleTask(in: .hours(1), context: context) { Request.id.get() }
            #expect(throws: ContextError.alreadyEntered) { try context.run {} }
            scheduled.cancel()
            try await loops[0].submit {}.get()
            try context.run {}
        }
    }

    @Test func `Shutting down the loop frees the Context of what never ran`() async throws {
        let context = Context()
        _ = try await withEventLoops { loops in
            try loops[0].scheduleTask(in: .hours(1), context: context) {}.futureResult.map { _ in }
        }
        try context.run {}
    }

    // MARK: Repetition

    @Test(arguments: [TimeAmount.zero, .microseconds(10)])
    func `A repeated function has a new copy of a snapshot each time`(jitter: TimeAmount) async throws {
        try await withEventLoops { loops in
            let seen = Mutex<[Int]>([])
            let cancelled = loops[0].makePromise(of: Void.self)
            snapshot.with(Request.sum, 5).run {
                _ = loops[0].scheduleRepeatedTask(
                    initialDelay: .zero, delay: .zero, maximumAllowableJitter: jitter, context: .current,
                    notifying: cancelled
                ) { task in
                    try Request.sum.set(Request.sum.get() + 1)
                    if seen.withLock({
                        $0.append(Request.sum.get()); return $0.count
                    }) == 3 {
                        task.cancel()
                    }
                }
            }
            try await cancelled.futureResult.get()
            #expect(seen.withLock { $0 } == [6, 6, 6])
        }
    }

    @Test(arguments: [TimeAmount.zero, .microseconds(10)])
    func `A repeated function that has a Context goes on where it was`(jitter: TimeAmount) async throws {
        try await withEventLoops { loops in
            let (context, cancelled) = (Context(), loops[0].makePromise(of: Void.self))
            try loops[0].scheduleRepeatedTask(
                initialDelay: .zero, delay: .zero, maximumAllowableJitter: jitter, context: context,
                notifying: cancelled
            ) { task in
                try Request.sum.set(Request.sum.get() + 1)
                if Request.sum.get() == 3 { task.cancel() }
            }
            try await cancelled.futureResult.get()
            #expect(context[Request.sum] == 3)
            try context.run {}
        }
    }

    @Test func `Functions that make futures are repeated in their contexts too`() async throws {
        try await withEventLoops(2) { loops in
            let context = Context()
            let seen = Mutex<[String?]>([])
            let cancelled = (0..<2).map { _ in loops[0].makePromise(of: Void.self) }
            snapshot.run {
                _ = loops[0].scheduleRepeatedAsyncTask(
                    initialDelay: .zero, delay: .zero, context: .current, notifying: cancelled[0]
                ) { task in
                    loops[1].submit(context: .current) {
                        if seen.withLock({
                            $0.append(Request.id.get()); return $0.count
                        }) == 3 {
                            task.cancel()
                        }
                    }
                }
            }
            try loops[0].scheduleRepeatedAsyncTask(
                initialDelay: .zero, delay: .zero, context: context, notifying: cancelled[1]
            ) { task in
                loops[0].makeCompletedFuture {
                    try Request.sum.set(Request.sum.get() + 1)
                    if Request.sum.get() == 3 { task.cancel() }
                }
            }
            for promise in cancelled { try await promise.futureResult.get() }
            #expect(seen.withLock { $0 } == ["a7", "a7", "a7"] && context[Request.sum] == 3)
        }
    }

    // MARK: Tasks

    @Test func `NIO's own tasks have a copy of the values of the code that starts them`() async throws {
        try await withEventLoops(2) { loops in
            let seen = try await loops[0].flatSubmit(context: ContextSnapshot().with(Request.id, "a7")) {
                let future = loops[1].makeFutureWithTask {
                    await Task.yield()
                    return Request.id.get()
                }
                #expect(throws: Never.self) { try Request.id.set("later") }
                return future
            }.get()
            #expect(seen == "a7")
        }
    }

    @Test func `A task that fulfils a promise has the context that it is given`() async throws {
        try await withEventLoops { loops in
            let (context, promise) = (Context(), loops[0].makePromise(of: String?.self))
            try promise.completeWithTask(context: context) {
                try Request.sum.set(7)
                await Task.yield()
                return Request.id.get()
            }
            #expect(try await promise.futureResult.get() == nil)
            #expect(context[Request.sum] == 7)
            try context.run {}

            let failing = loops[0].makePromise(of: Void.self)
            failing.completeWithTask(context: snapshot) { throw Failure() }
            await #expect(throws: Failure.self) { try await failing.futureResult.get() }
        }
    }

    @Test func `Cancelling the task that fulfils a promise reaches its function`() async throws {
        try await withEventLoops { loops in
            let promise = loops[0].makePromise(of: Void.self)
            let task = promise.completeWithTask(context: snapshot) { try await Task.sleep(for: .seconds(3600)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await promise.futureResult.get() }
        }
    }
}

private struct Failure: Error {}

/// State that isn't `Sendable`.
private final class Log {
    var lines: [String] = []

    func add() { lines.append(Request.id.get() ?? "-") }
}

extension Context {
    /// Runs code that throws nothing in a context that nobody has entered.
    fileprivate func runChecked(_ body: () -> Void) {
        do { try run(body) } catch { Issue.record(error) }
    }
}
#endif
