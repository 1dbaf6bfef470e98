// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ContextVarsGRPC
import ContextVarsHummingbird
import ContextVarsTracing
import ExampleSupport
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Hummingbird

/// The HTTP service.
struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Serve the HTTP gateway until SIGINT or SIGTERM; prints its address.",
        discussion: "GET /inspect calls the backend and answers, as JSON, what each place of both services saw."
    )

    @OptionGroup var options: ServiceOptions

    @Option(help: "The backend's port on 127.0.0.1.")
    var backendPort: Int

    func validate() throws {
        try check("--backend-port", backendPort, within: 1...65_535)
    }

    func run() async throws {
        // Callers may choose the language, and nothing else.
        let telemetry = Telemetry.bootstrap(
            options,
            carrying: [
                try BaggageEntry("request-id", Current.requestID, direction: .sendOnly, maxBytes: 64),
                try BaggageEntry("tenant", Current.tenant, direction: .sendOnly, maxBytes: 64),
                try BaggageEntry("deadline", Current.deadline, direction: .sendOnly),
                try BaggageEntry("language", Current.language, maxBytes: 32),
            ])
        try await withGRPCClient(
            transport: .http2NIOPosix(
                target: .ipv4(address: "127.0.0.1", port: backendPort), transportSecurity: .plaintext),
            interceptors: options.forget.contains(.grpcClient) ? [] : [ContextClientInterceptor()]
        ) { client in
            try await application(calling: BackendClient(client: client), telemetry).runService()
        }
    }

    private func application(
        calling backend: BackendClient<HTTP2ClientTransport.Posix>, _ telemetry: Telemetry
    ) -> some ApplicationProtocol {
        let router = Router(context: GatewayRequest.self)
        if !options.forget.contains(.hummingbird) {
            router.add(middleware: ContextMiddleware(requestID: Current.requestID))
        }
        router.add(middleware: EdgeMiddleware())
        let handler = GatewayHandler(
            backend: backend, callbacks: Callbacks(forgotten: options.forget), telemetry: telemetry)
        router.get("inspect") { request, context in
            try await handler.inspect(streams: request.uri.queryParameters["stream"] != nil, context.witness)
        }
        router.get("rejections") { _, _ in "\(telemetry.rejections.value)" }
        return Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: options.port)),
            onServerRunning: { channel in announce("gateway", port: channel.localAddress?.port ?? 0) },
            logger: log
        )
    }
}
