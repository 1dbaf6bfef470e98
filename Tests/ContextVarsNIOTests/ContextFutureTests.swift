// SPDX-License-Identifier: Apache-2.0
#if NIO
import ContextVars
import ContextVarsNIO
import Dispatch
import NIOCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15))) struct ContextFutureTests {
    @Test func `Callbacks of a plain future have no context`() async throws {
        try await withEventLoops { loops in
            try await Context().run {
                try Request.id.set("a7")
                let seen = loops[0].submit {}.map { Request.id.get() }
                #expect(try await seen.get() == nil)
            }
        }
    }

    /// oven-sh/bun#33806: among many other chains, the callbacks of one lost their values for good.
    @Test func `A chain keeps its values among thousands of others, with values and without`() async throws {
        try await withEventLoops(2) { loops in
            let wrong = Mutex<[String]>([])
            let chains = (0..<2000).map { number in
                Request.id.withValue("\(number)") {
                    let (first, second) = (loops[number % 2], loops[(number + 1) % 2])
                    @Sendable func check(_ expected: String?) {
                        let seen = Request.id.get()
                        if seen != expected { wrong.withLock { $0.append("\(number): \(seen ?? "-")") } }
                        _ = try? Request.id.set("changed by \(number)")
                    }
                    let plain = first.submit { check(nil) }.map { check(nil) }.hop(to: second).map { check(nil) }
                    return first.submit(context: .current) { check("\(number)") }
                        .inContext(.current)
                        .map { check("\(number)") }
                        .flatMap { second.submit { check(nil) } }
                        .map { check("\(number)") }
                        .future
                        .and(plain)
                }
            }
            for chain in chains { _ = try await chain.get() }
            #expect(wrong.withLock { $0 } == [])
        }
    }

    /// reactor/reactor-core#2751: a second attempt, on the thread of another scheduler, had no values.
    @Test func `Each attempt of a chain has its values, also after a delay on another event loop`() async throws {
        struct Failure: Error {}
        try await withEventLoops(2) { loops in
            let attempts = Mutex<[String]>([])
            @Sendable func attempt(_ number: Int) -> EventLoopFuture<Int> {
                attempts.withLock { $0.append(Request.id.get() ?? "-") }
                _ = try? Request.id.set("of attempt \(number)")
                let (loop, other) = (loops[number % 2], loops[(number + 1) % 2])
                guard number < 5 else { return loop.makeSucceededFuture(number) }
                return loop.makeFailedFuture(Failure()).inContext(.current)
                    .flatMapError { (_: any Error) -> EventLoopFuture<Int> in
                        other.scheduleTask(in: .microseconds(100), context: .current) {}.futureResult
                            .hop(to: other).inContext(.current)
                            .flatMap { attempt(number + 1) }.future.hop(to: loop)
                    }.future
            }
            let last = try await Request.id.withValue("a7") { attempt(0) }.get()
            #expect(last == 5)
            #expect(attempts.withLock { $0 } == ["a7"] + (0..<5).map { "of attempt \($0)" })
        }
    }

    @Test func `A whole chain runs in the values of the place where it was written`() async throws {
        try await withEventLoops(2) { loops in
            let queue = DispatchQueue(label: "blocking")
            let seen = Mutex<[String]>([])
            @Sendable func note(_ place: String) {
                seen.withLock { $0.append("\(place) \(Request.id.get() ?? "-")") }
            }
            @Sendable func future(_ place: String) -> EventLoopFuture<Void> {
                note(place)
                return loops[1].submit {}
            }
            let chain = try Context().run {
                try Request.id.set("a7")
                let chain = loops[0].submit {}
                    .inContext(.current)
                    .map { note("map") }
                    .flatMap { future("flatMap") }
                    .flatMapThrowing { note("flatMapThrowing") }
                    .flatMapResult { Result<Void, Failure>.success(note("flatMapResult")) }
                    .flatMapWithEventLoop { future("flatMapWithEventLoop \($1 === loops[0])") }
                    .hop(to: loops[1])
                    .flatMapBlocking(onto: queue) { note("flatMapBlocking") }
                    .and(loops[0].submit {})
                    .map { _ in note("and") }
                    .and(value: 1)
                    .map { _ in }
                    .fold([loops[0].submit {}]) { _, _ in future("fold") }
                    .foldWithEventLoop([loops[0].submit {}]) { future("foldWithEventLoop \($2 === loops[1])") }
                    .map { Int?.none }
                    .unwrap(orElse: {
                        note("unwrap")
                        return 1
                    })
                    .always { _ in note("always") }
                try Request.id.set("later")
                return chain
            }
            #expect(try await chain.future.get() == 1)
            #expect(
                seen.withLock { $0 }
                    == [
                        "map", "flatMap", "flatMapThrowing", "flatMapResult", "flatMapWithEventLoop true",
                        "flatMapBlocking", "and", "fold", "foldWithEventLoop true", "unwrap", "always",
                    ].map { "\($0) a7" })
            #expect(chain.eventLoop === loops[1] && chain.snapshot[Request.id] == "a7")
        }
    }

    @Test func `Errors are handled in the values of the place where the chain was written`() async throws {
        try await withEventLoops(2) { loops in
            let failed = loops[0].makeFailedFuture(Failure(), of: String.self)
                .inContext(ContextSnapshot().with(Request.id, "a7"))
            let futures = [
                failed.flatMapError { _ in loops[1].makeSucceededFuture(Request.id.get() ?? "-") },
                failed.flatMapErrorThrowing { _ in Request.id.get() ?? "-" },
                failed.recover { _ in Request.id.get() ?? "-" },
                failed.flatMapErrorWithEventLoop { $1.makeSucceededFuture(Request.id.get() ?? "-") },
                failed.flatMapErrorThrowing { _ in throw Failure() }.recover { _ in Request.id.get() ?? "-" },
                failed.flatMapThrowing { _ in throw Failure() }.recover { _ in Request.id.get() ?? "-" },
                failed.map { String?.some($0) }.recover { _ in nil }.unwrap(orReplace: "a7"),
                failed.map { String?.some($0) }.recover { _ in nil }.unwrap(orError: Failure())
                    .recover { _ in Request.id.get() ?? "-" },
            ]
            for chain in futures {
                let value = try await chain.future.get()
                #expect(value == "a7")
            }
        }
    }

    @Test func `What is called at the end of a chain has its context`() async throws {
        try await withEventLoops { loops in
            let queue = DispatchQueue(label: "blocking")
            let snapshot = ContextSnapshot().with(Request.id, "a7")
            let calls = (0..<6).map { _ in loops[0].makePromise(of: String?.self) }
            let success = loops[0].makeSucceededFuture("x").inContext(snapshot)
            let failure = loops[0].makeFailedFuture(Failure(), of: String.self).inContext(snapshot)
            success.whenSuccess { _ in calls[0].succeed(Request.id.get()) }
            failure.whenFailure { _ in calls[1].succeed(Request.id.get()) }
            success.whenComplete { _ in calls[2].succeed(Request.id.get()) }
            success.whenSuccessBlocking(onto: queue) { _ in calls[3].succeed(Request.id.get()) }
            failure.whenFailureBlocking(onto: queue) { _ in calls[4].succeed(Request.id.get()) }
            success.whenCompleteBlocking(onto: queue) { _ in calls[5].succeed(Request.id.get()) }
            for call in calls {
                let seen = try await call.futureResult.get()
                #expect(seen == "a7")
            }
            try await expectNoContext(on: loops[0])
        }
    }

    @Test func `Each callback starts afresh`() async throws {
        try await withEventLoops { loops in
            let chain = loops[0].makeSucceededVoidFuture()
                .inContext(ContextSnapshot().with(Request.sum, 1))
                .flatMapThrowing { try Request.sum.set(2) }
                .map { _ in Request.sum.get() }
            let seen = try await chain.future.get()
            #expect(seen == 1)
        }
    }

    @Test func `Thousands of chains across loops see their own values only`() async throws {
        try await withEventLoops(4) { loops in
            let futures = (0..<2000).map { number in
                ContextSnapshot().with(Request.sum, number).run {
                    loops[number % 4].submit {}
                        .inContext(.current)
                        .hop(to: loops[(number + 1) % 4])
                        .map { [Request.sum.get()] }
                        .flatMap { seen in
                            loops[(number + 2) % 4].submit {}.inContext(.current).map { seen + [Request.sum.get()] }
                                .future
                        }
                        .map { $0 + [Request.sum.get()] }
                        .future
                }
            }
            for (number, future) in futures.enumerated() {
                let seen = try await future.get()
                #expect(seen == [number, number, number])
            }
            for loop in loops { try await expectNoContext(on: loop) }
        }
    }

    @Test func `On its own loop, a chain can use non-Sendable state`() async throws {
        try await withEventLoops { loops in
            let loop = loops[0]
            let lines = try await loop.flatSubmit(context: ContextSnapshot().with(Request.id, "a7")) {
                var lines: [String] = []
                func note(_ place: String) { lines.append("\(place) \(Request.id.get() ?? "-")") }
                // Done later: now, the callbacks would run at once, in the context that is current here.
                let start = loop.submit {}.assumeIsolated().inContext(.current)
                start.whenSuccess { note("whenSuccess") }
                start.whenComplete { _ in note("whenComplete") }
                return
                    start
                    .map { note("map") }
                    .flatMap {
                        note("flatMap")
                        return loop.makeSucceededVoidFuture()
                    }
                    .flatMapResult { Result<Void, Failure>.success(note("flatMapResult")) }
                    .flatMapThrowing { throw Failure() }
                    .flatMapErrorThrowing { _ in
                        note("flatMapErrorThrowing")
                        throw Failure()
                    }
                    .flatMapError { _ in
                        note("flatMapError")
                        return loop.makeFailedFuture(Failure())
                    }
                    .recover { _ in note("recover") }
                    .map { Int?.none }
                    .unwrap(orElse: {
                        note("unwrap")
                        return nil as Int?
                    })
                    .unwrap(orReplace: 1)
                    .always { _ in note("always") }
                    .map { number in lines + ["\(number)"] }
                    .nonisolated().future
            }.get()
            #expect(
                lines
                    == [
                        "whenSuccess", "whenComplete", "map", "flatMap", "flatMapResult", "flatMapErrorThrowing",
                        "flatMapError", "recover", "unwrap", "always",
                    ].map { "\($0) a7" } + ["1"])
        }
    }

    @Test func `A chain that is done holds no values`() async throws {
        try await withEventLoops(2) { loops in
            weak var witness: Witness?
            var future: EventLoopFuture<Void>?
            do {
                let strong = Witness()
                witness = strong
                future = ContextSnapshot().with(Request.witness, strong).run {
                    loops[0].submit {}.inContext(.current).map { #expect(Request.witness.get() != nil) }
                        .flatMap { loops[1].submit(context: .current) {} }.future
                }
            }
            try await future?.get()
            for loop in loops { try await loop.submit {}.get() }
            #expect(witness == nil)
        }
    }
}

private struct Failure: Error {}

extension EventLoop {
    fileprivate func makeFailedFuture<Value>(_ error: any Error, of: Value.Type) -> EventLoopFuture<Value> {
        makeFailedFuture(error)
    }
}
#endif
