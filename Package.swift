// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "swift-contextvars",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .library(name: "ContextVars", targets: ["ContextVars"]),
        .library(name: "PersistentCollections", targets: ["PersistentCollections"]),
        // The C interface, for runtimes that aren't written in Swift.
        .library(name: "CContextVars", type: .static, targets: ["CContextVars"]),
        .library(name: "CContextVarsDynamic", type: .dynamic, targets: ["CContextVars"]),
    ],
    targets: [
        .target(name: "PersistentCollections"),
        .target(name: "CContextVarsRuntime"),
        .target(name: "ContextVars", dependencies: ["CContextVarsRuntime", "PersistentCollections"]),
        .target(name: "CContextVarsHeader"),
        .target(
            name: "CContextVars",
            dependencies: ["CContextVarsHeader", "CContextVarsRuntime", "ContextVars", "PersistentCollections"]),
        .target(
            name: "CContextVarsProgram", dependencies: ["CContextVarsHeader"], path: "Tests/CContextVarsProgram",
            exclude: ["main.c"]),
        .testTarget(name: "CContextVarsTests", dependencies: ["CContextVars", "CContextVarsProgram"]),
        .testTarget(name: "PersistentCollectionsTests", dependencies: ["PersistentCollections"]),
        .testTarget(
            name: "ContextVarsTests", dependencies: ["CContextVarsRuntime", "ContextVars", "MainThreadProbe"]),
        .executableTarget(
            name: "MainThreadProbe", dependencies: ["CContextVarsRuntime", "ContextVars"], path: "Tests/MainThreadProbe"
        ),
    ],
    swiftLanguageModes: [.v6]
)
