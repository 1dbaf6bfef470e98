// SPDX-License-Identifier: Apache-2.0
import CMeasure
import Harness
import NIOCore
import NIOPosix

/// A load client: sends one request after the other on each of some connections, and waits for each answer.
final class HTTPLoad: Sendable {
    private let connections: [Connection]

    /// A connection to a server, on the only event loop of the client.
    private typealias Connection = NIOLoopBound<LoadHandler>

    private static let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()

    init(port: Int, path: String, connections count: Int = 16) throws {
        let request = "GET \(path) HTTP/1.1\r\nhost: localhost\r\nx-request-id: \(requestID)\r\n\r\n"
        let bootstrap = ClientBootstrap(group: Self.loop)
            .connectTimeout(.seconds(5))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        connections = try (0..<count).map { _ in
            try bootstrap.connect(host: "127.0.0.1", port: port)
                .flatMapThrowing { channel in
                    let handler = LoadHandler(request: ByteBuffer(string: request))
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return NIOLoopBound(handler, eventLoop: channel.eventLoop)
                }
                .wait()
        }
    }

    deinit {
        for connection in connections { Self.loop.execute { connection.value.close() } }
    }

    /// Sends so many requests and waits for all answers, each at most some ten seconds.
    ///
    /// - Returns: How many requests a second were answered.
    func run(requests count: Int) async throws -> Double {
        let start = measure_now()
        try await EventLoopFuture.andAllSucceed(
            connections.enumerated().map { index, connection in
                let share = (count + index) / connections.count
                return Self.loop.flatSubmit { connection.value.run(requests: share) }
            }, on: Self.loop
        ).get()
        return Double(count) / (Double(measure_now() - start) / 1e9)
    }

    /// What the server answers to one request.
    func answer() async throws -> String {
        try await Self.loop.flatSubmit { [first = connections[0]] in
            first.value.run(requests: 1).map { first.value.lastBody }
        }.get()
    }
}

/// Why a load ended before all answers were there.
struct LoadFailure: Error {
    let reason: String
}

/// Sends the next request when the answer to the last one is complete.
private final class LoadHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: ByteBuffer
    private var context: ChannelHandlerContext?
    private var received = ByteBuffer()
    private var remaining = 0
    /// Since the server was last heard.
    private var silentSeconds = 0
    private var done: EventLoopPromise<Void>?
    private(set) var lastBody = ""

    init(request: ByteBuffer) {
        self.request = request
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        end(.failure(LoadFailure(reason: "the server closed a connection")))
    }

    func close() { context?.close(promise: nil) }

    func run(requests count: Int) -> EventLoopFuture<Void> {
        guard let context else { preconditionFailure("A load runs on open connections.") }
        let promise = context.eventLoop.makePromise(of: Void.self)
        guard count > 0 else {
            promise.succeed()
            return promise.futureResult
        }
        done = promise
        remaining = count
        silentSeconds = 0
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let silence = context.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            handler.value.countSilence()
        }
        promise.futureResult.whenComplete { _ in silence.cancel() }
        send(context)
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        silentSeconds = 0
        var part = unwrapInboundIn(data)
        received.writeBuffer(&part)
        guard let answer = Answer(received) else { return }
        received.clear()
        guard answer.status == "200" else {
            return end(.failure(LoadFailure(reason: "the server answered \(answer.status)")))
        }
        remaining -= 1
        if remaining > 0 { return send(context) }
        lastBody = answer.body
        end(.success(()))
    }

    /// Seconds are counted, not subtracted: a machine that stands still for some is no server that doesn't answer.
    private func countSilence() {
        silentSeconds += 1
        if silentSeconds == 10 { end(.failure(LoadFailure(reason: "no answer for ten seconds"))) }
    }

    private func send(_ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    private func end(_ result: Result<Void, LoadFailure>) {
        done?.completeWith(result.mapError { $0 as any Error })
        done = nil
    }
}
