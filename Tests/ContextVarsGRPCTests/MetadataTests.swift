// SPDX-License-Identifier: Apache-2.0
#if GRPC
import ContextVars
import ContextVarsGRPC
import ContextVarsTracing
import GRPCCore
import Synchronization
import Testing
import Tracing

/// What goes through metadata, in both directions.
@Suite(.timeLimit(.minutes(15))) struct MetadataTests {
    // MARK: - Requests

    @Test func `Several entries of one key are one list`() async throws {
        try await Connection.with(.returning { _ in Current.seen() }, client: []) { connection in
            var metadata: Metadata = ["baggage": "request-id=first"]
            metadata.addString("unknown=1", forKey: "baggage")
            metadata.addString("tenant=acme", forKey: "Baggage")
            let seen = try await connection.unary(metadata: metadata)
            #expect(seen == "first acme none")
        }
    }

    @Test func `Binary values are not received`() async throws {
        let instrument = RecordingInstrument(reads: ["value-bin", "value"])
        let interceptor = ContextServerInterceptor(instrument: instrument)
        try await Connection.with(.returning { _ in "" }, server: [interceptor], client: []) { connection in
            var metadata: Metadata = ["value": "text"]
            metadata.addBinary([1, 2, 3], forKey: "value-bin")
            _ = try await connection.unary(metadata: metadata)
        }
        #expect(instrument.received == ["value": "text"])
    }

    @Test func `Headers that are malformed, too large or undeclared set nothing and fail nothing`() async throws {
        let rejections = Mutex<[BaggageRejection]>([])
        let instrument = BaggageInstrument(
            [
                try BaggageEntry("request-id", Current.requestID),
                try BaggageEntry("tenant", Current.tenant, maxBytes: 8),
            ]
        ) { rejection in
            rejections.withLock { $0.append(rejection) }
        }
        let interceptor = ContextServerInterceptor(instrument: instrument)
        try await Connection.with(.returning { _ in Current.seen() }, server: [interceptor], client: []) {
            connection in
            for (header, expected) in [
                ("secret=stolen", "nil public none"),
                ("request-id=%0A[forged]%20line", "nil public none"),
                ("tenant=123456789,request-id=r", "r public none"),
                ("=,;=;,tenant=%zz,request-id=r", "r public none"),
                ("request-id=" + String(repeating: "x", count: 9_000), "nil public none"),
            ] {
                let seen = try await connection.unary(metadata: ["baggage": .string(header)])
                #expect(seen == expected)
            }
        }
        #expect(rejections.withLock { $0.count } >= 5)
    }

    @Test func `What the instrument writes replaces entries of the same key, and leaves the others`() async throws {
        let service = TestService.returning { request in
            "\(Array(request.metadata[stringValues: "baggage"])) \(Array(request.metadata[stringValues: "other"]))"
        }
        try await Connection.with(service) { connection in
            let metadata: Metadata = ["baggage": "tenant=old", "other": "kept", "Baggage": "tenant=older"]
            let seen = try await Current.tenant.withValue("new") { try await connection.unary(metadata: metadata) }
            #expect(seen == #"["tenant=new"] ["kept"]"#)
        }
    }

    @Test(arguments: [
        ("bad-value", "line\r\nbreak"), ("bad-value", "ü"), ("bad-value", "\u{0}"), ("bad key", "x"), ("", "x"),
        (":path", "/other"), ("grpc-timeout", "1n"), ("GRPC-Timeout", "1n"), ("value-bin", "AQID"),
    ])
    func `Entries that gRPC doesn't allow are left out, and the RPC goes on`(key: String, value: String) async throws {
        let service = TestService.returning { request in
            request.metadata.map(\.key).filter { $0.hasPrefix("bad") || $0.hasSuffix("-bin") || $0 == "good" }
                .joined()
        }
        let instrument = RecordingInstrument(writes: ["good": "value", key: value])
        let interceptor = ContextClientInterceptor(instrument: instrument)
        try await Connection.with(service, client: [interceptor]) { connection in
            let seen = try await connection.unary()
            #expect(seen == "good")
        }
    }

    // MARK: - Responses

    @Test func `Response metadata is made of the values that the handler has left`() async throws {
        let service = TestService.returning { _ in
            try Current.tenant.set("found")
            return "done"
        }
        try await Connection.with(service, server: [try echo()]) { connection in
            let response = try await Current.requestID.withValue("r1") { try await connection.unaryResponse() }
            #expect(Array(response.metadata[stringValues: "x-request-id"]) == ["r1"])
            #expect(Array(response.metadata[stringValues: "x-tenant"]) == ["found"])
            let message = try response.message
            #expect(message == "done")
        }
    }

    @Test func `Response metadata is sent with an error too`() async throws {
        let service = TestService { _, _ in
            if Current.tenant.get() == "thrown" { throw RPCError(code: .aborted, message: "") }
            if Current.tenant.get() == "converted" { throw Refusal() }
            return StreamingServerResponse(error: RPCError(code: .aborted, message: ""))
        }
        try await Connection.with(service, server: [try echo()]) { connection in
            for way in ["thrown", "converted", "returned"] {
                let error = await #expect(throws: RPCError.self) {
                    try await Current.tenant.withValue(way) { try await connection.unary() }
                }
                #expect(error?.code == .aborted)
                #expect(error.map { Array($0.metadata[stringValues: "x-tenant"]) } == [way])
            }
        }
    }

    @Test func `Keys that the handler has used itself are left as they are`() async throws {
        let service = TestService { _, _ in
            StreamingServerResponse(metadata: ["x-tenant": "one", "X-Tenant": "two"]) { writer in
                try await writer.write("")
                return [:]
            }
        }
        try await Connection.with(service, server: [try echo()]) { connection in
            let response = try await connection.unaryResponse()
            #expect(Array(response.metadata[stringValues: "x-tenant"]) == ["one", "two"])
            #expect(Array(response.metadata[stringValues: "x-request-id"]) == ["nil"])
        }
    }

    private func echo() throws -> ContextServerInterceptor {
        ContextServerInterceptor(instrument: try .baggage()) {
            [
                "x-request-id": "\(Current.requestID.get() ?? "nil")",
                "x-tenant": "\(Current.tenant.get())",
            ]
        }
    }
}

private struct Refusal: Error, RPCErrorConvertible {
    let rpcErrorCode = RPCError.Code.aborted
    let rpcErrorMessage = "refused"
}

/// Writes and reads given keys.
private final class RecordingInstrument: Instrument {
    private let writes: [String: String]
    private let reads: [String]
    private let values = Mutex<[String: String]>([:])

    init(writes: [String: String] = [:], reads: [String] = []) {
        self.writes = writes
        self.reads = reads
    }

    var received: [String: String] { values.withLock { $0 } }

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        for key in reads {
            let value = extractor.extract(key: key, from: carrier)
            values.withLock { $0[key] = value }
        }
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        for (key, value) in writes { injector.inject(value, forKey: key, into: &carrier) }
    }
}
#endif
