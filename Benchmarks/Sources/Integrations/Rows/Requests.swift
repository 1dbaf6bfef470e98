// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import CMeasure
import ContextVars
import ContextVarsAsyncHTTPClient
import ContextVarsGRPC
import ContextVarsHummingbird
import ContextVarsTracing
import GRPCCore
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
            // What any two interceptors cost, and an entry of that length in the call's metadata, wherever it comes from.
            callsThrough(PassingClientInterceptor(), "floor: a gRPC call with interceptors that only pass on"),
            callsThrough(
                PassingClientInterceptor(baggage: constantBaggage),
                "floor: a gRPC call with such interceptors, and a constant metadata entry"),
            Row(
                "a gRPC stream of 1,000 messages with both interceptors", against: "without", bar: 0.97,
                unit: .requests
            ) {
                Sides(ours: try callsWithContext(8, messages: 1000), peer: try calls(8, messages: 1000))
            },
            clientRequest("an async-http-client request with baggage", bar: 0.98) {
                let baggage = try Variables.baggage()
                return { $0.injectContext(using: baggage) }
            },
            // What sending and reading such a header costs, wherever it comes from.
            clientRequest("floor: an async-http-client request with a constant header of that length", bar: nil) {
                { $0.headers.add(name: BaggageInstrument.headerName, value: constantBaggage) }
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

    /// Requests of async-http-client in a context with values, prepared and not.
    private static func clientRequest(
        _ operation: String, bar: Double?, preparing makePreparation: @escaping @Sendable () throws -> Preparation
    ) -> Row {
        Row(operation, against: "without", bar: bar, unit: .requests) {
            let server = try ServerProcess(.http)
            let prepare = try makePreparation()
            return Sides(
                ours: { meter in
                    try await Variables.withAll { try await HTTPClientLoad.run(server, meter, prepare: prepare) }
                },
                peer: { meter in
                    try await Variables.withAll { try await HTTPClientLoad.run(server, meter) { _ in } }
                })
        }
    }

    /// What the variables are in a `baggage` header.
    private static let constantBaggage = "tenant=acme,user=7"

    private typealias Preparation = @Sendable (inout HTTPClientRequest) -> Void

    private static func callsThrough(_ interceptor: PassingClientInterceptor, _ operation: String) -> Row {
        Row(operation, against: "without", bar: nil, unit: .requests) {
            Sides(
                ours: try calls(200, messages: 1, to: .rpcWithPassingInterceptor, through: [interceptor]),
                peer: try calls(200, messages: 1))
        }
    }

    private static func calls(
        _ count: Int, messages: Int, to kind: ServerKind = .rpc, through interceptors: [any ClientInterceptor] = []
    ) throws -> Side {
        let server = try ServerProcess(kind)
        let load = try RPCLoad(port: server.port, interceptors: interceptors)
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
