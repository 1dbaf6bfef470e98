// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "swift-contextvars",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .library(name: "ContextVars", targets: ["ContextVars"]),
        .library(name: "PersistentCollections", targets: ["PersistentCollections"]),
    ],
    targets: [
        .target(name: "PersistentCollections"),
        .target(name: "CContextVarsRuntime"),
        .target(name: "ContextVars", dependencies: ["CContextVarsRuntime", "PersistentCollections"]),
        .testTarget(name: "PersistentCollectionsTests", dependencies: ["PersistentCollections"]),
        .testTarget(
            name: "ContextVarsTests", dependencies: ["CContextVarsRuntime", "ContextVars", "MainThreadProbe"]),
        .executableTarget(name: "MainThreadProbe", dependencies: ["ContextVars"], path: "Tests/MainThreadProbe"),
    ],
    swiftLanguageModes: [.v6]
)
