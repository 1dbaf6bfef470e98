// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsNIO
import Harness
import NIOCore
import NIOEmbedded

/// Reads of a channel.
enum Channels {
    static let rows = [
        // Every other read starts a request, and gets a context; the next one ends it.
        Row("a channel read through ContextChannelHandler", against: "a channel read", bar: 1.4) {
            Sides(
                ours: { meter in
                    let handler = ContextChannelHandler(context: ContextSnapshot()) { (number: Int) in
                        number.isMultiple(of: 2) ? .start : .end
                    }
                    try read(with: [handler], meter)
                },
                peer: { meter in try read(with: [], meter) })
        }
    ]

    private static func read(with handlers: [any ChannelHandler], _ meter: Meter) throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers(handlers + [CountingHandler()])
        try meter.measure { iterations in
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
