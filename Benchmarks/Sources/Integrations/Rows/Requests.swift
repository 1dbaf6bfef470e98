// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import CMeasure
import ContextVars
import ContextVarsAsyncHTTPClient
import ContextVarsGRPC
import ContextVarsHummingbird
import Harness
import NIOCore

/// Servers and clients on loopback: how many requests they answer, and what one takes of the processors.
enum Requests {
    private static let logLines = ", five log lines"
    private static let processorTime = "processor time of such a request"
    static let routed = "a Hummingbird request from the router to the last byte, without a connection"
    static let processorTimeWithLogLines = processorTime + logLines

    static let rows =
        [("/", "", 0.97), ("/logged", logLines, 1.0)].flatMap { path, lines, bar in
            [
                Row(
                    "a Hummingbird request with ContextMiddleware\(lines)",
                    against: "a middleware that binds a @TaskLocal",
                    bar: bar, unit: .requests
                ) {
                    Sides(ours: try http(.httpWithContext, path), peer: try http(.httpWithTaskLocal, path))
                },
                Row(
                    processorTime + lines, against: "with a middleware that binds a @TaskLocal",
                    bar: nil
                ) {
                    Sides(
                        ours: try processorTime(.httpWithContext, path),
                        peer: try processorTime(.httpWithTaskLocal, path))
                },
            ]
        } + [
            Row(
                "a Hummingbird request with ContextMiddleware",
                against: "without middleware, so without its id in the answer",
                bar: nil, unit: .requests
            ) {
                Sides(ours: try http(.httpWithContext, "/"), peer: try http(.http, "/"))
            },
            Row(
                routed, against: "with a middleware that binds a @TaskLocal", bar: nil
            ) {
                Sides(
                    ours: { meter in
                        try await Variables.withAll {
                            try await HTTPServer.respond(ContextMiddleware(requestID: Variables.id), meter)
                        }
                    },
                    peer: { meter in try await HTTPServer.respond(TaskLocalMiddleware(), meter) })
            },
            Row("a gRPC call with both interceptors", against: "without", bar: 0.97, unit: .requests) {
                Sides(ours: try callsWithContext(200, messages: 1), peer: try calls(200, messages: 1))
            },
            Row(
                "a gRPC stream of 1,000 messages with both interceptors", against: "without", bar: 0.97,
                unit: .requests
            ) {
                Sides(ours: try callsWithContext(8, messages: 1000), peer: try calls(8, messages: 1000))
            },
            Row("an async-http-client request with baggage", against: "without", bar: 0.98, unit: .requests) {
                let server = try ServerProcess(.http)
                let baggage = try Variables.baggage()
                return Sides(
                    ours: { meter in
                        try await Variables.withAll {
                            try await HTTPClientLoad.run(server, meter) { $0.injectContext(using: baggage) }
                        }
                    },
                    peer: { meter in
                        try await Variables.withAll { try await HTTPClientLoad.run(server, meter) { _ in } }
                    })
            },
        ]

    /// What a batch has: some 40 ms.
    private static let batch = 800

    private static func http(_ kind: ServerKind, _ path: String) throws -> Side {
        let server = try ServerProcess(kind)
        let load = try HTTPLoad(port: server.port, path: path)
        return { meter in
            meter.record(try await load.run(requests: batch), operations: 1)
            withExtendedLifetime(server) {}
        }
    }

    private static func processorTime(_ kind: ServerKind, _ path: String) throws -> Side {
        let server = try ServerProcess(kind)
        let load = try HTTPLoad(port: server.port, path: path)
        let clock = try HTTPLoad(port: server.port, path: "/processor-time", connections: 1)
        return { meter in
            guard meter.quantity == .time else { return }
            let before = try await clock.answer()
            _ = try await load.run(requests: batch)
            let after = try await clock.answer()
            guard let start = Double(before), let end = Double(after) else {
                throw LoadFailure(reason: "the server didn't say what it has used")
            }
            meter.record(end - start, operations: batch)
            withExtendedLifetime(server) {}
        }
    }

    private static func calls(_ count: Int, messages: Int) throws -> Side {
        let server = try ServerProcess(.rpc)
        let load = try RPCLoad(port: server.port, interceptors: [])
        return { meter in
            meter.record(try await load.run(calls: count, messages: messages), operations: 1)
            withExtendedLifetime(server) {}
        }
    }

    private static func callsWithContext(_ count: Int, messages: Int) throws -> Side {
        let server = try ServerProcess(.rpcWithContext)
        let load = try RPCLoad(
            port: server.port, interceptors: [ContextClientInterceptor(instrument: Variables.baggage())])
        return { meter in
            try await Variables.withAll {
                meter.record(try await load.run(calls: count, messages: messages), operations: 1)
            }
            withExtendedLifetime(server) {}
        }
    }
}
