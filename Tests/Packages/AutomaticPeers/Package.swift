// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// Contexts that follow work by themselves, with packages that know nothing of them. A package for itself, so that the
// project's own doesn't resolve what only these tests need.
let package = Package(
    name: "AutomaticPeers",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "swift-contextvars", path: "../../.."),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    ],
    targets: [
        .testTarget(
            name: "AutomaticPeersTests",
            dependencies: [
                .product(name: "ContextVars", package: "swift-contextvars"),
                .product(name: "ContextVarsAutomatic", package: "swift-contextvars"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
