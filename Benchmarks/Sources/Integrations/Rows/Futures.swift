// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsNIO
import Harness
import NIOCore
import NIOEmbedded

/// Chains of futures, and what event loops run.
enum Futures {
    static let fiveMaps = "a chain of five maps of a promise, then its value"

    static let rows = [
        Row(
            onThread: "future.inContext(.current).map { }.future", against: plainLink, bar: 1.6,
            ours: { meter in
                try link(meter) { future in keep(future.inContext(.current).map { $0 &+ 1 }.future) }
            },
            peer: { meter in try link(meter) { future in keep(future.map { $0 &+ 1 }) } }),
        Row(
            onThread: "each further link of such a chain", against: plainLink, bar: 1.3,
            ours: { meter in
                try withFuture { future in
                    let chain = future.inContext(.current)
                    meter.measure { iterations in
                        for _ in 0..<iterations { keep(chain.map { $0 &+ 1 }.future) }
                    }
                }
            },
            peer: { meter in try link(meter) { future in keep(future.map { $0 &+ 1 }) } }),
        // What any wrapper costs that keeps something with the callback.
        Row(
            onThread: "future.map of a closure around the callback", against: plainLink, bar: nil,
            ours: { meter in
                let kept = Kept()
                try link(meter) { future in keep(future.map(keeping: kept) { $0 &+ 1 }) }
            },
            peer: { meter in try link(meter) { future in keep(future.map { $0 &+ 1 }) } }),
        Row(
            onThread: fiveMaps, against: "the same without a context", bar: nil,
            ours: { meter in
                try withLoop { loop in
                    meter.measure { iterations in
                        for _ in 0..<iterations {
                            let promise = loop.makePromise(of: Int.self)
                            let chain = promise.futureResult.inContext(.current)
                                .map { $0 &+ 1 }.map { $0 &+ 1 }.map { $0 &+ 1 }.map { $0 &+ 1 }.map { $0 &+ 1 }
                            promise.succeed(1)
                            keep(chain.future)
                        }
                    }
                }
            },
            peer: { meter in
                try withLoop { loop in
                    meter.measure { iterations in
                        for _ in 0..<iterations {
                            let promise = loop.makePromise(of: Int.self)
                            let chain = promise.futureResult
                                .map { $0 &+ 1 }.map { $0 &+ 1 }.map { $0 &+ 1 }.map { $0 &+ 1 }.map { $0 &+ 1 }
                            promise.succeed(1)
                            keep(chain)
                        }
                    }
                }
            }),
        Row(
            onThread: "loop.execute(context: .current) and its run", against: "loop.execute and its run", bar: nil,
            ours: { meter in
                try execute(meter) { loop in loop.execute(context: .current) { keep(1) } }
            },
            peer: { meter in try execute(meter) { loop in loop.execute { keep(1) } } }),
    ]

    private static let plainLink = "future.map { }"

    private static func link(_ meter: Meter, _ link: (EventLoopFuture<Int>) -> Void) throws {
        try withFuture { future in
            meter.measure { iterations in
                for _ in 0..<iterations { link(future) }
            }
        }
    }

    private static func execute(_ meter: Meter, _ execute: (EmbeddedEventLoop) -> Void) throws {
        try withLoop { loop in
            meter.measure { iterations in
                for _ in 0..<iterations { execute(loop) }
                loop.run()
            }
        }
    }

    /// A loop of the calling thread, in a context with values.
    private static func withLoop(_ body: (EmbeddedEventLoop) throws -> Void) throws {
        let loop = EmbeddedEventLoop()
        try Variables.withAll { try body(loop) }
        try loop.syncShutdownGracefully()
    }

    private static func withFuture(_ body: (EventLoopFuture<Int>) throws -> Void) throws {
        try withLoop { loop in try body(loop.makeSucceededFuture(1)) }
    }
}

/// An object that a closure keeps for a callback.
private final class Kept: Sendable {}

extension EventLoopFuture {
    @inline(__always)
    fileprivate func map<NewValue>(
        keeping kept: Kept, _ callback: @escaping @Sendable (Value) -> NewValue
    ) -> EventLoopFuture<NewValue> {
        map { value in
            defer { keep(kept) }
            return callback(value)
        }
    }
}
