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
        Row("future.inContext(.current).map { }.future", against: "future.map { }", bar: 1.6) {
            Sides(
                ours: { meter in
                    try withFuture { future in
                        meter.measure { iterations in
                            for _ in 0..<iterations { keep(future.inContext(.current).map { $0 &+ 1 }.future) }
                        }
                    }
                },
                peer: { meter in
                    try withFuture { future in
                        meter.measure { iterations in
                            for _ in 0..<iterations { keep(future.map { $0 &+ 1 }) }
                        }
                    }
                })
        },
        Row("each further link of such a chain", against: "future.map { }", bar: 1.3) {
            Sides(
                ours: { meter in
                    try withFuture { future in
                        let chain = future.inContext(.current)
                        meter.measure { iterations in
                            for _ in 0..<iterations { keep(chain.map { $0 &+ 1 }.future) }
                        }
                    }
                },
                peer: { meter in
                    try withFuture { future in
                        meter.measure { iterations in
                            for _ in 0..<iterations { keep(future.map { $0 &+ 1 }) }
                        }
                    }
                })
        },
        Row(fiveMaps, against: "the same without a context", bar: nil) {
            Sides(
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
                })
        },
        Row("loop.execute(context: .current) and its run", against: "loop.execute and its run", bar: nil) {
            Sides(
                ours: { meter in
                    try withLoop { loop in
                        meter.measure { iterations in
                            for _ in 0..<iterations { loop.execute(context: .current) { keep(1) } }
                            loop.run()
                        }
                    }
                },
                peer: { meter in
                    try withLoop { loop in
                        meter.measure { iterations in
                            for _ in 0..<iterations { loop.execute { keep(1) } }
                            loop.run()
                        }
                    }
                })
        },
    ]

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
