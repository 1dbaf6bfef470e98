// SPDX-License-Identifier: Apache-2.0
#if NIO
import ContextVars
import ContextVarsNIO
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

/// Servers and clients over TCP.
@Suite(.timeLimit(.minutes(15))) struct ServerTests {
    @Test func `Pipelined requests on thousands of connections see their own values only`() async throws {
        let witnesses = Witnesses()
        try await withEventLoopGroup(4) { group, loops in
            try await withSumServer(group, witnesses: witnesses) { address in
                try await forEach(0..<1500, atOnce: 48) { number in
                    let requests = (0..<4).map { "start \(number)-\($0)\nadd \(number)\nadd \($0)\nend\n" }
                    let lines = try await exchange(
                        "hello \(number)\n" + requests.joined(), with: address, on: loops[number % 4], expecting: 4)
                    #expect(lines.sorted() == (0..<4).map { "\(number)-\($0) \(number + $0) \(number)" })
                }
            }
            for loop in loops { try await expectNoContext(on: loop) }
        }
        #expect(witnesses.made.load(ordering: .relaxed) == 6000)
        #expect(witnesses.living.load(ordering: .relaxed) == 0, "a context outlived its connection")
    }

    @Test func `Without the handler, the values are lost`() async throws {
        try await withEventLoopGroup(2) { group, loops in
            try await withSumServer(group, keepingContext: false) { address in
                let lines = try await exchange(
                    "hello 1\nstart 1-0\nadd 1\nend\n", with: address, on: loops[1], expecting: 1)
                #expect(lines == ["- 0 -"])
            }
        }
    }

    @Test func `Pipelined HTTP requests that are answered at once don't mix`() async throws {
        try await withEventLoopGroup(2) { group, loops in
            let server = try await ServerBootstrap(group: group)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.configureHTTPServerPipeline()
                        try pipeline.addHandler(
                            ContextChannelHandler(context: ContextSnapshot()) { (part: HTTPServerRequestPart) in
                                switch part {
                                case .head: .start
                                case .body: .middle
                                case .end: .end
                                }
                            })
                        try pipeline.addHandler(EchoHandler())
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            try await forEach(0..<200, atOnce: 16) { number in
                let requests = (0..<5).map {
                    "POST /\(number)-\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                }
                // Of each response, the status, one header, an empty line and the body.
                let lines = try await exchange(
                    requests.joined(), with: server.localAddress!, on: loops[number % 2], expecting: 5 * 4)
                let answers = lines.filter { $0.hasPrefix("/") }
                #expect(answers == (0..<5).map { "/\(number)-\($0) 3 after -" })
            }
            try await server.close()
        }
    }

    @Test func `Each connection of an asynchronous server has a context, and each request a copy`() async throws {
        try await withEventLoopGroup(2) { group, loops in
            let server = try await ServerBootstrap(group: group)
                .bind(host: "127.0.0.1", port: 0) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(LineDecoder()))
                        return try NIOAsyncChannel<String, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(context: ContextSnapshot().with(Request.sum, 100)) { try await serve(server) }
                try await forEach(0..<300, atOnce: 16) { number in
                    let lines = try await exchange(
                        "hello \(number)\n\(number)-0\n\(number)-1\n", with: server.channel.localAddress!,
                        on: loops[number % 2], expecting: 2)
                    #expect(lines == ["\(number)-0 101 \(number)", "\(number)-1 101 \(number)"])
                }
                group.cancelAll()
                await #expect(throws: (any Error).self) { try await group.waitForAll() }
            }
        }
    }

    @Test func `Events that a task on the event loop causes run in the channel's context`() async throws {
        try await withEventLoopGroup(1) { group, loops in
            let seen = loops[0].makePromise(of: [String?].self)
            let channel = try await ServerBootstrap(group: group)
                .serverChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let context = ContextSnapshot().with(Request.id, "channel")
                        try channel.pipeline.syncOperations.addHandlers([
                            ContextChannelHandler<any Channel>(context: context), EventCollector(seen),
                        ])
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            try await Driver(loops[0]).causeEvents(in: channel)
            try await loops[0].submit { channel.pipeline.fireUserInboundEventTriggered("set") }.get()
            let ids = try await seen.futureResult.get()
            #expect(ids == ["channel", "set", "set"])
            try await channel.close()
        }
    }
}

/// What a server on `NIOAsyncChannel` looks like.
private func serve(
    _ server: NIOAsyncChannel<NIOAsyncChannel<String, ByteBuffer>, Never>
) async throws {
    try await withThrowingDiscardingTaskGroup { group in
        try await server.executeThenClose { connections in
            for try await connection in connections {
                group.addTask(context: .current) { try? await handle(connection) }
            }
        }
    }
}

private func handle(_ connection: NIOAsyncChannel<String, ByteBuffer>) async throws {
    try await connection.executeThenClose { lines, replies in
        for try await line in lines {
            if line.hasPrefix("hello ") {
                try Request.connection.set(String(line.dropFirst(6)))
            } else {
                try await ContextSnapshot.current.run {
                    try Request.id.set(line)
                    try Request.sum.set(Request.sum.get() + 1)
                    await Task.yield()
                    try await replies.write(ByteBuffer(string: summary() + "\n"))
                }
            }
        }
    }
}

/// Answers a request with its URI, the number of bytes, and what is seen after the answer, which sets the next free.
private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var before = "-"

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            before = Request.id.get() ?? "-"
            _ = try? Request.id.set(head.uri)
        case .body(let bytes):
            _ = try? Request.sum.set(Request.sum.get() + bytes.readableBytes)
        case .end:
            let id = Request.id.get() ?? "-"
            let body = ByteBuffer(string: "\(id) \(Request.sum.get()) after \(before)\n")
            let head = HTTPResponseHead(
                version: .http1_1, status: .ok, headers: ["Content-Length": "\(body.readableBytes)"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            #expect(Request.id.get() == id)
        }
    }
}

/// Code in tasks that run on the thread of an event loop.
private actor Driver {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    func causeEvents(in channel: any Channel) async throws {
        try await Context().run {
            try Request.id.set("task")
            channel.pipeline.fireUserInboundEventTriggered("set")
            await Task.yield()
            channel.pipeline.fireUserInboundEventTriggered("set")
            #expect(loop.inEventLoop && Request.id.get() == "task")
        }
    }
}

/// Notes what three events find, and sets what the next is to find.
private final class EventCollector: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let seen: EventLoopPromise<[String?]>
    private var ids: [String?] = []

    init(_ seen: EventLoopPromise<[String?]>) { self.seen = seen }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        ids.append(Request.id.get())
        _ = try? Request.id.set(event as? String)
        if ids.count == 3 { seen.succeed(ids) }
    }
}

/// Does something for each number, some at once.
private func forEach(
    _ numbers: Range<Int>, atOnce limit: Int, _ body: @escaping @Sendable (Int) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for number in numbers {
            if number - numbers.lowerBound >= limit { try await group.next() }
            group.addTask { try await body(number) }
        }
        try await group.waitForAll()
    }
}
#endif
