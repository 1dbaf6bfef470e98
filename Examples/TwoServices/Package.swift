// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
    name: "TwoServices",
    platforms: [.macOS(.v15)],
    dependencies: [
        // The name lets this example build regardless of the checkout's folder name.
        .package(
            name: "swift-contextvars", path: "../..",
            traits: ["NIO", "Logging", "Tracing", "Hummingbird", "AsyncHTTPClient", "GRPC"]),
        .package(path: "../Support"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", from: "2.9.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2"),
    ],
    targets: [
        .executableTarget(
            name: "TwoServices",
            dependencies: [
                .product(name: "ContextVars", package: "swift-contextvars"),
                .product(name: "ContextVarsAsyncHTTPClient", package: "swift-contextvars"),
                .product(name: "ContextVarsDispatch", package: "swift-contextvars"),
                .product(name: "ContextVarsGRPC", package: "swift-contextvars"),
                .product(name: "ContextVarsHummingbird", package: "swift-contextvars"),
                .product(name: "ContextVarsLogging", package: "swift-contextvars"),
                .product(name: "ContextVarsNIO", package: "swift-contextvars"),
                .product(name: "ContextVarsTracing", package: "swift-contextvars"),
                .product(name: "ExampleSupport", package: "Support"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        )
    ],
    swiftLanguageModes: [.v6]
)
