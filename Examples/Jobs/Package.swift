// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
    name: "Jobs",
    platforms: [.macOS(.v15)],
    dependencies: [
        // The name lets this example build regardless of the checkout's folder name.
        .package(name: "swift-contextvars", path: "../..", traits: ["Logging", "Tracing", "Hummingbird"]),
        .package(path: "../Support"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
    ],
    targets: [
        .executableTarget(
            name: "Jobs",
            dependencies: [
                .product(name: "ContextVars", package: "swift-contextvars"),
                .product(name: "ContextVarsHummingbird", package: "swift-contextvars"),
                .product(name: "ContextVarsLogging", package: "swift-contextvars"),
                .product(name: "ContextVarsTracing", package: "swift-contextvars"),
                .product(name: "ExampleSupport", package: "Support"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        )
    ],
    swiftLanguageModes: [.v6]
)
