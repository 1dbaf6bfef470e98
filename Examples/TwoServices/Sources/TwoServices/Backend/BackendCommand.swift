// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ContextVarsGRPC
import ContextVarsTracing
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import ServiceLifecycle

/// The gRPC service.
struct BackendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backend",
        abstract: "Serve the gRPC backend until SIGINT or SIGTERM; prints its address."
    )

    @OptionGroup var options: ServiceOptions

    func run() async throws {
        // The gateway is trusted with the values of a request.
        let telemetry = Telemetry.bootstrap(
            options,
            carrying: [
                try BaggageEntry("request-id", Current.requestID, maxBytes: 64),
                try BaggageEntry("tenant", Current.tenant, maxBytes: 64),
                try BaggageEntry("deadline", Current.deadline),
                try BaggageEntry("language", Current.language, maxBytes: 32),
            ])
        let server = GRPCServer(
            transport: .http2NIOPosix(
                address: .ipv4(host: "127.0.0.1", port: options.port), transportSecurity: .plaintext),
            services: [InspectionService(callbacks: Callbacks(forgotten: options.forget), telemetry: telemetry)],
            interceptors: interceptors)
        try await ServiceGroup(
            services: [BackendServer(server: server)], gracefulShutdownSignals: [.sigterm, .sigint], logger: log
        ).run()
    }

    private var interceptors: [any ServerInterceptor] {
        let context = ContextServerInterceptor { ["x-request-id": "\(Current.requestID.get() ?? "none")"] }
        return (options.forget.contains(.grpcServer) ? [] : [context]) + [InspectionInterceptor()]
    }
}

private struct BackendServer: Service {
    let server: GRPCServer<HTTP2ServerTransport.Posix>

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { try await server.serve() }
                if let address = try await server.listeningAddress?.ipv4 {
                    announce("backend", port: address.port)
                }
            }
        } onGracefulShutdown: {
            server.beginGracefulShutdown()
        }
    }
}
