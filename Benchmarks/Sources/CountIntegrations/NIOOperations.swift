// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsNIO
import Counting
import NIOCore
import NIOEmbedded

/// Links of chains, and reads of channels, with a context and without.
enum NIOOperations {
    static let all = [
        Operation("future.map") { meter in
            try withFuture { future in
                try meter.count { iterations in
                    for _ in 0..<iterations { keep(future.map { $0 &+ 1 }) }
                }
            }
        },
        Operation("future.inContext(.current).map") { meter in
            try withFuture { future in
                try meter.count { iterations in
                    for _ in 0..<iterations { keep(future.inContext(.current).map { $0 &+ 1 }) }
                }
            }
        },
        Operation("a further link of such a chain") { meter in
            try withFuture { future in
                let chain = future.inContext(.current)
                try meter.count { iterations in
                    for _ in 0..<iterations { keep(chain.map { $0 &+ 1 }) }
                }
            }
        },
        Operation("channel read") { meter in try read(with: [], meter) },
        Operation("channel read through ContextChannelHandler") { meter in
            try read(with: [ContextChannelHandler<Int>(context: ContextSnapshot())], meter)
        },
        Operation("channel read through ContextChannelHandler, two to a request") { meter in
            let handler = ContextChannelHandler(context: ContextSnapshot()) { (number: Int) in
                number.isMultiple(of: 2) ? .start : .end
            }
            try read(with: [handler], meter)
        },
        Operation("channel read through ContextChannelHandler, a request each") { meter in
            try read(with: [ContextChannelHandler(context: ContextSnapshot()) { (_: Int) in .whole }], meter)
        },
    ]

    @SingleThread
    private static func withFuture(_ body: @SingleThread (EventLoopFuture<Int>) throws -> Void) throws {
        let loop = EmbeddedEventLoop()
        try Variables.withAll { try body(loop.makeSucceededFuture(1)) }
        try loop.syncShutdownGracefully()
    }

    @SingleThread
    private static func read(with handlers: [any ChannelHandler], _ meter: Meter) throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers(handlers + [CountingHandler()])
        try meter.count { iterations in
            for iteration in 0..<iterations { try channel.writeInbound(iteration) }
        }
        _ = try channel.finish()
    }

    private final class CountingHandler: ChannelInboundHandler {
        typealias InboundIn = Int
        private var sum = 0

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            sum &+= unwrapInboundIn(data)
        }
    }
}
