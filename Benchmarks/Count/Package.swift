// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that CI needn't build what the benchmarks depend on: the harness's plugin takes minutes.
let package = Package(
    name: "Count",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "swift-contextvars", path: "../..", traits: ["Hummingbird", "Logging", "NIO", "Tracing"]),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ],
    targets: [
        // A link to that of the benchmarks.
        .target(name: "CMeasure"),
        // What both programs share.
        .target(name: "Counting", dependencies: ["CMeasure"]),
        // Needs no other package than the library, so it builds in half a minute.
        .executableTarget(
            name: "count",
            dependencies: [
                "Counting",
                .product(name: "ContextVars", package: "swift-contextvars"),
                .product(name: "PersistentCollections", package: "swift-contextvars"),
            ],
            path: "Sources/Count"),
        .executableTarget(
            name: "count-integrations",
            dependencies: [
                "Counting",
                .product(name: "ContextVars", package: "swift-contextvars"),
                .product(name: "ContextVarsHummingbird", package: "swift-contextvars"),
                .product(name: "ContextVarsLogging", package: "swift-contextvars"),
                .product(name: "ContextVarsNIO", package: "swift-contextvars"),
                .product(name: "ContextVarsTracing", package: "swift-contextvars"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            path: "Sources/CountIntegrations"),
    ],
    swiftLanguageModes: [.v6]
)
