// SPDX-License-Identifier: Apache-2.0
#if NIO
import ContextVars
import ContextVarsNIO
import NIOCore
import Testing

/// One request fulfils a promise that another one waits for, on the same event loop.
@Suite(.timeLimit(.minutes(15))) struct PromiseTests {
    private enum Local {
        @TaskLocal static var id = "none"
    }

    /// What a plain callback of one request finds, and what the request that fulfilled the promise finds afterwards.
    private struct Findings: Sendable, Equatable {
        var callbackRead: String?
        var callbackCouldSet: Bool
        var local: String
        var otherRequestHasAfterwards: String?
    }

    /// Has request B fulfil the promise of request A in a scope on the event loop.
    private func findings(
        fulfilling fulfil: @escaping @Sendable (EventLoopPromise<Void>) -> Void
    ) async throws -> Findings {
        try await withEventLoops { loops in
            let promise = loops[0].makePromise(of: Void.self)
            let callback = promise.futureResult.map {
                var findings = Findings(
                    callbackRead: Request.id.get(), callbackCouldSet: false, local: Local.id)
                findings.callbackCouldSet = (try? Request.id.set("A")) != nil
                return findings
            }
            let other = Context()
            try await loops[0].submit {
                try Local.$id.withValue("B") {
                    try other.run {
                        try Request.id.set("B")
                        fulfil(promise)
                    }
                }
            }.get()
            var findings = try await callback.get()
            findings.otherRequestHasAfterwards = other[Request.id] ?? nil
            try await expectNoContext(on: loops[0])
            return findings
        }
    }

    @Test func `A plain callback runs in the context of whoever fulfils the promise on its event loop`() async throws {
        let findings = try await findings { $0.succeed() }
        #expect(
            findings
                == Findings(callbackRead: "B", callbackCouldSet: true, local: "B", otherRequestHasAfterwards: "A"),
            "NIO calls it inside of `succeed`; should that change, the guide must too")
    }

    @Test func `Fulfilled without a context, it reads defaults and sets nothing`() async throws {
        let outside = Findings(
            callbackRead: nil, callbackCouldSet: false, local: "none", otherRequestHasAfterwards: "B")
        #expect(try await findings { $0.withoutContext().succeed() } == outside)
        #expect(try await findings { $0.withoutContext().completeWith(.success(())) } == outside)
        #expect(try await findings { $0.withoutContext().assumeIsolated().succeed(()) } == outside)
        #expect(
            try await findings { promise in
                let given = promise.withoutContext()
                promise.futureResult.eventLoop.makeSucceededVoidFuture().cascade(to: given)
            } == outside)
    }

    @Test func `An error is passed on without a context as well`() async throws {
        struct Failure: Error {}
        try await withEventLoops { loops in
            let promise = loops[0].makePromise(of: Void.self)
            let seen = promise.futureResult.map { Request.id.get() }
                .flatMapErrorThrowing { $0 is Failure ? Request.id.get() : "another error" }
            try await loops[0].submit { Request.id.withValue("B") { promise.withoutContext().fail(Failure()) } }.get()
            #expect(try await seen.get() == nil)
        }
    }

    @Test func `A task on the event loop fulfils without its context too`() async throws {
        try await withEventLoops { loops in
            let (plain, without) = (loops[0].makePromise(of: Void.self), loops[0].makePromise(of: Void.self))
            let seen = plain.futureResult.map { Request.id.get() }.and(without.futureResult.map { Request.id.get() })
            await Fulfiller(loops[0]).fulfil(plain, without)
            let (inPlace, outside) = try await seen.get()
            #expect(inPlace == "task" && outside == nil)
        }
    }

    private actor Fulfiller {
        private let loop: any EventLoop

        init(_ loop: any EventLoop) { self.loop = loop }

        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

        func fulfil(_ plain: EventLoopPromise<Void>, _ without: EventLoopPromise<Void>) {
            Request.id.withValue("task") {
                plain.succeed()
                without.withoutContext().succeed()
            }
        }
    }

    @Test func `A callback with a context has that one, whoever fulfils the promise`() async throws {
        try await withEventLoops { loops in
            let promise = loops[0].makePromise(of: Void.self)
            let seen = Request.id.withValue("A") {
                promise.futureResult.inContext(.current).map {
                    let id = Request.id.get()
                    _ = try? Request.id.set("changed by A")
                    return id
                }
            }
            let other = Context()
            try await loops[0].submit {
                try other.run {
                    try Request.id.set("B")
                    promise.succeed()
                }
            }.get()
            #expect(try await seen.future.get() == "A" && other[Request.id] == "B")
        }
    }
}
#endif
