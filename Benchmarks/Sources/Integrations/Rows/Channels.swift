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
        Row(
            onThread: "a channel read through ContextChannelHandler", against: "a channel read", bar: 1.4,
            ours: { meter in
                let handler = ContextChannelHandler(context: ContextSnapshot()) { (number: Int) in
                    number.isMultiple(of: 2) ? .start : .end
                }
                try read(with: [handler], meter)
            },
            peer: { meter in try read(with: [], meter) }),
        // What any handler costs that asks which part of a request it has.
        Row(
            onThread: "a channel read through a handler that only asks", against: "a channel read", bar: nil,
            ours: { meter in try read(with: [AskingChannelHandler { $0() }], meter) },
            peer: { meter in try read(with: [], meter) }),
        // And what it costs to have a value in force for each event, which is how a context is made current too.
        Row(
            onThread: "a channel read through a handler that asks, and binds a @TaskLocal", against: "a channel read",
            bar: nil,
            ours: { meter in
                try read(with: [AskingChannelHandler { event in Locals.$id.withValue(requestID) { event() } }], meter)
            },
            peer: { meter in try read(with: [], meter) }),
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

    private final class AskingChannelHandler: ChannelInboundHandler {
        typealias InboundIn = Int
        typealias InboundOut = Int

        private let run: (() -> Void) -> Void
        private var starts = 0

        init(_ run: @escaping (() -> Void) -> Void) { self.run = run }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if unwrapInboundIn(data).isMultiple(of: 2) { starts += 1 }
            run { context.fireChannelRead(data) }
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            run { context.fireChannelReadComplete() }
        }
    }
}
