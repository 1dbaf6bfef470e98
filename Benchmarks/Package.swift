// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "swift-contextvars", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-service-context", from: "1.5.1"),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .target(name: "CMeasure"),
        .executableTarget(
            name: "compare",
            dependencies: [
                "CMeasure",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ContextVars", package: "swift-contextvars"),
                .product(name: "ContextVarsAutomatic", package: "swift-contextvars"),
                .product(name: "HashTreeCollections", package: "swift-collections"),
                .product(name: "PersistentCollections", package: "swift-contextvars"),
                .product(name: "ServiceContextModule", package: "swift-service-context"),
            ],
            path: "Sources/Compare"),
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
