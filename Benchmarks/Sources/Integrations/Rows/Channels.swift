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
        // What the row above can't be below: any handler in the pipeline, any that asks which part of a request it has, and
        // any that has a value in force for each event, which is how a context is made current too.
        floor("a handler that only passes on", PassingChannelHandler.init),
        floor("a handler that only asks which part it has", AskingChannelHandler.init),
        floor("a handler that asks, and binds a @TaskLocal", BindingChannelHandler.init),
    ]

    private static func floor(_ name: String, _ makeHandler: @escaping @Sendable () -> any ChannelHandler) -> Row {
        Row(
            onThread: "floor: \(name)", against: "a channel read", bar: nil,
            ours: { meter in try read(with: [makeHandler()], meter) },
            peer: { meter in try read(with: [], meter) })
    }

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

private final class PassingChannelHandler: ChannelInboundHandler {
    typealias InboundIn = Int

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
    }
}

private final class AskingChannelHandler: ChannelInboundHandler {
    typealias InboundIn = Int
    private var starts = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if unwrapInboundIn(data).isMultiple(of: 2) { starts += 1 }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
    }
}

private final class BindingChannelHandler: ChannelInboundHandler {
    typealias InboundIn = Int
    private var starts = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if unwrapInboundIn(data).isMultiple(of: 2) { starts += 1 }
        Locals.$id.withValue(requestID) { context.fireChannelRead(data) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        Locals.$id.withValue(requestID) { context.fireChannelReadComplete() }
    }
}
