// SPDX-License-Identifier: Apache-2.0
#if NIO
import ContextVars
import ContextVarsNIO
import NIOCore
import NIOEmbedded
import Testing

@Suite struct ContextChannelHandlerTests {
    /// Channels whose last handler notes what it finds.
    private func channel(
        _ handler: ContextChannelHandler<String>, _ recorder: RecordingHandler
    ) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers([handler, recorder])
        return channel
    }

    private func perRequest() -> ContextChannelHandler<String> {
        ContextChannelHandler(context: .current) { (part: String) in
            switch part.first {
            case "<": .start
            case ">": .end
            case "!": .whole
            default: .middle
            }
        }
    }

    @Test func `Without the handler, handlers have no context`() throws {
        let channel = EmbeddedChannel()
        let recorder = RecordingHandler { _, part in try Request.sum.set(part.count) }
        try channel.pipeline.syncOperations.addHandler(recorder)
        #expect(throws: ContextError.noCurrentContext) { try channel.writeInbound("a") }
    }

    @Test func `All inbound events run in the channel's context, one and the same`() throws {
        let recorder = RecordingHandler { _, part in try Request.id.set(part) }
        let channel = try channel(ContextChannelHandler(context: .current), recorder)
        channel.pipeline.fireChannelRegistered()
        channel.pipeline.fireChannelActive()
        try channel.writeInbound("a7")
        channel.pipeline.fireChannelWritabilityChanged()
        channel.pipeline.fireUserInboundEventTriggered("event")
        channel.pipeline.fireErrorCaught(Failure())
        _ = try channel.finish()
        #expect(
            recorder.events == [
                "registered -", "active -", "read -", "readComplete a7", "writability a7", "event a7", "error a7",
                "inactive a7", "unregistered a7",
            ])
        #expect(Request.id.get() == nil)
    }

    @Test func `A channel starts with the values that are current when its handler is made`() throws {
        let recorder = RecordingHandler()
        try Context().run {
            try Request.id.set("server")
            let channel = try channel(ContextChannelHandler(context: .current), recorder)
            try Request.id.set("later")
            try channel.writeInbound("a")
        }
        #expect(recorder.events == ["read server", "readComplete server"])
    }

    @Test func `Parts of a request share its context, other requests and the channel don't see it`() throws {
        let recorder = RecordingHandler { _, part in
            if part == "channel" { try Request.connection.set("c") }
            if part.first == "<" { try Request.id.set(part) }
            try Request.sum.set(Request.sum.get() + 1)
        }
        let channel = try channel(perRequest(), recorder)
        for part in ["channel", "<1", "body", ">", "between", "!2", "<3", "<4", ">", ">"] {
            try channel.writeInbound(part)
        }
        #expect(
            recorder.seen == [
                "- - 0", "c - 1", "c <1 2", "c <1 3", "c - 1", "c - 2", "c - 2", "c - 2", "c <4 3", "c - 2",
            ])
        #expect(
            recorder.events.filter { $0.hasPrefix("readComplete") } == Array(repeating: "readComplete -", count: 10)
        )
    }

    @Test func `The next request has a new context, which a token of the last one doesn't fit`() throws {
        var token: Token<String?>?
        let recorder = RecordingHandler { _, part in
            switch part {
            case "<1": token = try Request.id.set(part)
            case "<2":
                let token = try #require(token)
                #expect(throws: ContextError.tokenFromDifferentContext) { try Request.id.reset(token) }
                #expect(Request.id.source == .defaultValue)
            default: break
            }
        }
        let channel = try channel(perRequest(), recorder)
        for part in ["<1", ">", "<2", ">"] { try channel.writeInbound(part) }
        #expect(recorder.seen == ["- - 0", "- <1 0", "- - 0", "- - 0"])
    }

    @Test func `Reads inside of reads have their own contexts, and the outer one goes on in its own`() throws {
        let recorder = RecordingHandler { context, part in
            if part.first == "<" { try Request.id.set(part) }
            switch part {
            case "<1":  // the same request
                context.pipeline.fireChannelRead("body")
                #expect(Request.sum.get() == 1)
            case "body":
                try Request.sum.set(Request.sum.get() + 1)
                // The channel's, and the request's again inside that.
                context.pipeline.fireUserInboundEventTriggered("event")
                #expect(Request.id.get() == "<1")
            case ">1":  // the next request
                context.pipeline.fireChannelRead("<2")
                #expect(Request.id.get() == "<1")
            default: break
            }
        }
        recorder.onEvent = { context in
            #expect(Request.id.get() == nil)
            context.pipeline.fireChannelRead("inner")
            #expect(Request.id.get() == nil)
        }
        let channel = try channel(perRequest(), recorder)
        try channel.writeInbound("<1")
        try channel.writeInbound(">1")
        try channel.writeInbound(">2")
        #expect(recorder.seen == ["- - 0", "- <1 0", "- <1 1", "- <1 1", "- - 0", "- <2 0"])
        #expect(Request.id.get() == nil)
    }

    @Test func `An event runs in its context whatever the code that causes it runs in`() throws {
        let recorder = RecordingHandler { context, part in
            guard part == "<1" else { return }
            try Request.id.set(part)
            Request.id.withValue("inner") { context.pipeline.fireChannelRead("body") }
        }
        let channel = try channel(perRequest(), recorder)
        try Context().run {
            try Request.id.set("caller")
            try channel.writeInbound("<1")
            try channel.writeInbound(">")
            #expect(Request.id.get() == "caller")
        }
        #expect(recorder.seen == ["- caller 0", "- <1 0", "- <1 0"].map { $0.replacing("caller", with: "-") })
    }

    @Test func `Outbound events run in the context of the caller`() throws {
        let recorder = RecordingHandler()
        let channel = try channel(perRequest(), recorder)
        try Context().run {
            try Request.id.set("caller")
            try channel.writeOutbound("a")
        }
        #expect(recorder.events == ["write caller", "flush caller"])
    }

    @Test func `A Context given to the handler is entered while it lives, and keeps the values`() throws {
        let context = Context()
        do {
            let channel = try channel(
                try ContextChannelHandler(context: context), RecordingHandler { try Request.id.set($1) })
            #expect(throws: ContextError.alreadyEntered) { try context.run {} }
            #expect(throws: ContextError.alreadyEntered) { try ContextChannelHandler<String>(context: context) }
            try channel.writeInbound("a7")
            _ = try channel.finish()
        }
        try context.run { #expect(Request.id.get() == "a7") }
    }

    @Test func `A handler can leave the pipeline, and later events have no context`() throws {
        let (handler, recorder) = (perRequest(), RecordingHandler())
        let channel = try channel(handler, recorder)
        recorder.onRead = { context, part in
            if part == "<1" {
                try Request.id.set(part)
                context.pipeline.syncOperations.removeHandler(handler, promise: nil)
            }
            #expect(Request.id.get() == (part == "<1" ? "<1" : nil))
        }
        try channel.writeInbound("<1")
        channel.embeddedEventLoop.run()
        try channel.writeInbound("body")
        #expect(recorder.seen == ["- - 0", "- - 0"])
    }

    @Test func `A request's context is gone after its end, the channel's after the channel`() throws {
        weak var request: Witness?
        weak var whole: Witness?
        weak var unfinished: Witness?
        weak var ofChannel: Witness?
        do {
            let recorder = RecordingHandler { _, part in
                guard part != "body", part != ">" else { return }
                let witness = Witness()
                try Request.witness.set(witness)
                switch part {
                case "<1": request = witness
                case "!": whole = witness
                case "<2": unfinished = witness
                default: ofChannel = witness
                }
            }
            let channel = try channel(perRequest(), recorder)
            try channel.writeInbound("channel")
            try channel.writeInbound("<1")
            try channel.writeInbound("body")
            #expect(request != nil)
            try channel.writeInbound(">")
            #expect(request == nil)
            try channel.writeInbound("!")
            #expect(whole == nil)
            try channel.writeInbound("<2")
            #expect(unfinished != nil && ofChannel != nil)
            _ = try channel.finish()
        }
        #expect(unfinished == nil && ofChannel == nil)
    }
}

private struct Failure: Error {}

/// Notes each event, and what variables it finds.
private final class RecordingHandler: ChannelDuplexHandler {
    typealias InboundIn = String
    typealias OutboundIn = String
    typealias OutboundOut = String

    var events: [String] = []
    /// What each read found before `onRead`.
    var seen: [String] = []
    var onRead: (ChannelHandlerContext, String) throws -> Void
    var onEvent: (ChannelHandlerContext) -> Void = { _ in }

    init(onRead: @escaping (ChannelHandlerContext, String) throws -> Void = { _, _ in }) {
        self.onRead = onRead
    }

    private func note(_ event: String) { events.append("\(event) \(Request.id.get() ?? "-")") }

    func channelRegistered(context: ChannelHandlerContext) { note("registered") }
    func channelUnregistered(context: ChannelHandlerContext) { note("unregistered") }
    func channelActive(context: ChannelHandlerContext) { note("active") }
    func channelInactive(context: ChannelHandlerContext) { note("inactive") }
    func channelReadComplete(context: ChannelHandlerContext) { note("readComplete") }
    func channelWritabilityChanged(context: ChannelHandlerContext) { note("writability") }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        note("read")
        seen.append("\(Request.connection.get() ?? "-") \(Request.id.get() ?? "-") \(Request.sum.get())")
        do { try onRead(context, unwrapInboundIn(data)) } catch { context.fireErrorCaught(error) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        note("event")
        onEvent(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        note("error")
        if !(error is Failure) { context.fireErrorCaught(error) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        note("write")
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        note("flush")
        context.flush()
    }
}
#endif
