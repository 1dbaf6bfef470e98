// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// As in the library's own manifest: a build without its accelerations, which the programs name in their output.
let isPlain = Context.environment["CONTEXTVARS_PLAIN"] == "1"

let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(
            name: "swift-contextvars", path: "..",
            traits: ["AsyncHTTPClient", "GRPC", "Hummingbird", "Logging", "NIO", "Tracing"]),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-service-context", from: "1.5.1"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .target(name: "CMeasure"),
        // What the programs that measure rows share.
        .target(
            name: "Harness",
            dependencies: ["CMeasure", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: isPlain ? [.define("CONTEXTVARS_PLAIN")] : []),
        .executableTarget(
            name: "compare",
            dependencies: [
                "CMeasure", "Harness",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ContextVars", package: "swift-contextvars"),
                .product(name: "ContextVarsAutomatic", package: "swift-contextvars"),
                .product(name: "ContextVarsDiagnostics", package: "swift-contextvars"),
                .product(name: "HashTreeCollections", package: "swift-collections"),
                .product(name: "PersistentCollections", package: "swift-contextvars"),
                .product(name: "ServiceContextModule", package: "swift-service-context"),
            ],
            path: "Sources/Compare"),
        .executableTarget(
            name: "integrations",
            dependencies: [
                "CMeasure", "Harness",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "ContextVars", package: "swift-contextvars"),
                .product(name: "ContextVarsAsyncHTTPClient", package: "swift-contextvars"),
                .product(name: "ContextVarsDispatch", package: "swift-contextvars"),
                .product(name: "ContextVarsFoundation", package: "swift-contextvars"),
                .product(name: "ContextVarsGRPC", package: "swift-contextvars"),
                .product(name: "ContextVarsHummingbird", package: "swift-contextvars"),
                .product(name: "ContextVarsLogging", package: "swift-contextvars"),
                .product(name: "ContextVarsNIO", package: "swift-contextvars"),
                .product(name: "ContextVarsTracing", package: "swift-contextvars"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2", package: "grpc-swift-nio-transport"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            path: "Sources/Integrations"),
        // What the programs that count share.
        .target(name: "Counting", dependencies: ["CMeasure"]),
        .executableTarget(
            name: "count-integrations",
            dependencies: [
                "Counting",
                .product(name: "ContextVars", package: "swift-contextvars"),
                .product(name: "ContextVarsGRPC", package: "swift-contextvars"),
                .product(name: "ContextVarsHummingbird", package: "swift-contextvars"),
                .product(name: "ContextVarsLogging", package: "swift-contextvars"),
                .product(name: "ContextVarsNIO", package: "swift-contextvars"),
                .product(name: "ContextVarsTracing", package: "swift-contextvars"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            path: "Sources/CountIntegrations"),
        .executableTarget(
            name: "ContextVarsBenchmarks",
            dependencies: [
                "CMeasure",
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "ContextVars", package: "swift-contextvars"),
                .product(name: "PersistentCollections", package: "swift-contextvars"),
            ],
            path: "Benchmarks/ContextVarsBenchmarks",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ],
    swiftLanguageModes: [.v6]
)
