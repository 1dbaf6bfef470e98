// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// A separate package, so that CI needn't build what the benchmarks depend on: the harness's plugin takes minutes.
let package = Package(
    name: "Count",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-contextvars", path: "../..")],
    targets: [
        // Links to those of the benchmarks.
        .target(name: "CMeasure"),
        .target(name: "Counting", dependencies: ["CMeasure"]),
        .executableTarget(
            name: "count",
            dependencies: [
                "Counting",
                .product(name: "ContextVars", package: "swift-contextvars"),
                .product(name: "PersistentCollections", package: "swift-contextvars"),
            ],
            path: "Sources/Count"),
    ],
    swiftLanguageModes: [.v6]
)
