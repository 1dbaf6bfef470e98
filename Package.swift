// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import CompilerPluginSupport
import PackageDescription

/// Set in a build without accelerations: `CONTEXTVARS_PLAIN=1 swift build` (Documentation/Design/).
let plain = Context.environment["CONTEXTVARS_PLAIN"] == "1" ? "CONTEXTVARS_PLAIN" : nil

/// Mechanisms that a build leaves out, to see what each earns: `CONTEXTVARS_WITHOUT=riding,lending swift build`
/// (`Benchmarks/without`).
let leftOut = (Context.environment["CONTEXTVARS_WITHOUT"] ?? "").split(separator: ",").map {
    let mechanisms = ["riding", "lending", "remembering", "running-task", "task-layout", "queue-functions"]
    guard mechanisms.contains(String($0)) else {
        fatalError(
            "CONTEXTVARS_WITHOUT: no mechanism is called '\($0)'; there are \(mechanisms.joined(separator: ", ")).")
    }
    return "CONTEXTVARS_WITHOUT_" + String($0.uppercased().map { $0 == "-" ? "_" : $0 })
}
let swiftConditions = (leftOut + (plain.map { [$0] } ?? [])).map { SwiftSetting.define($0) }

let package = Package(
    name: "swift-contextvars",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .library(name: "ContextVars", targets: ["ContextVars"]),
        .library(name: "PersistentCollections", targets: ["PersistentCollections"]),
        // The C interface, for runtimes that aren't written in Swift.
        .library(name: "CContextVars", type: .static, targets: ["ContextVarsC"]),
        .library(name: "CContextVarsDynamic", type: .dynamic, targets: ["ContextVarsC"]),
        // Integrations with what the toolchain has.
        .library(name: "ContextVarsDispatch", targets: ["ContextVarsDispatch"]),
        .library(name: "ContextVarsFoundation", targets: ["ContextVarsFoundation"]),
        .library(name: "ContextVarsTesting", targets: ["ContextVarsTesting"]),
        // Contexts follow Dispatch and threads without an edit.
        .library(name: "ContextVarsAutomatic", targets: ["ContextVarsAutomatic"]),
        .library(name: "ContextVarsDiagnostics", targets: ["ContextVarsDiagnostics"]),
    ],
    targets: [
        .target(name: "PersistentCollections"),
        .target(
            name: "CContextVarsFrames", publicHeadersPath: plain == nil ? "include" : "plain",
            cSettings: [.headerSearchPath("include")] + leftOut.map { .define($0) }),
        .target(
            name: "ContextVars", dependencies: ["CContextVarsFrames", "PersistentCollections"],
            swiftSettings: swiftConditions),
        .target(name: "CContextVars"),
        .target(
            name: "ContextVarsC",
            dependencies: ["CContextVars", "CContextVarsFrames", "ContextVars", "PersistentCollections"]),
        .target(name: "ContextVarsDispatch", dependencies: ["ContextVars"], swiftSettings: swiftConditions),
        .target(name: "ContextVarsFoundation", dependencies: ["ContextVars"]),
        .target(name: "ContextVarsTesting", dependencies: ["ContextVars", "ContextVarsDiagnostics"]),
        .target(name: "CContextVarsAutomatic"),
        .target(
            name: "ContextVarsAutomatic",
            dependencies: ["CContextVarsAutomatic", "CContextVarsFrames", "ContextVars"],
            exclude: ["wrap-flags"]),
        .target(name: "CContextVarsDiagnostics", dependencies: ["CContextVarsFrames"]),
        .target(
            name: "ContextVarsDiagnostics",
            dependencies: ["CContextVarsDiagnostics", "CContextVarsFrames", "ContextTraceFormat", "ContextVars"]),

        .target(
            name: "CContextVarsProgram", dependencies: ["CContextVars"], path: "Tests/Support/CContextVarsProgram",
            exclude: ["main.c"]),
        .target(name: "TestSupport", path: "Tests/Support/TestSupport"),
        .testTarget(name: "ContextVarsCTests", dependencies: ["ContextVarsC", "CContextVarsProgram"]),
        .testTarget(name: "PersistentCollectionsTests", dependencies: ["PersistentCollections", "TestSupport"]),
        .testTarget(
            name: "ContextVarsTests",
            dependencies: [
                "CContextVarsFrames", "ContextVars", "CMainThreadEntry", "CSlots", "GenericScopes", "TestSupport",
            ],
            swiftSettings: swiftConditions),
        .target(name: "CMainThreadEntry", path: "Tests/Support/CMainThreadEntry"),
        .target(name: "CSlots", dependencies: ["CContextVarsFrames"], path: "Tests/Support/CSlots"),
        .target(name: "GenericScopes", dependencies: ["ContextVars"], path: "Tests/Support/GenericScopes"),
        .testTarget(
            name: "ContextVarsDispatchTests", dependencies: ["ContextVarsDispatch", "TestSupport"],
            swiftSettings: swiftConditions),
        .testTarget(name: "ContextVarsFoundationTests", dependencies: ["ContextVarsFoundation", "TestSupport"]),
        .testTarget(name: "ContextVarsTestingTests", dependencies: ["ContextVarsTesting"]),
        .testTarget(
            name: "ContextVarsAutomaticTests",
            dependencies: [
                "CContextVarsAutomatic", "CContextVarsFrames", "ContextVarsAutomatic", "ContextVarsDispatch",
                "ContextVarsFoundation",
            ]),
        .testTarget(
            name: "ContextVarsDiagnosticsTests",
            dependencies: [
                "ContextTraceFormat", "ContextVarsDiagnostics", "ContextVarsDispatch", "ContextVarsTesting",
                "TestSupport",
            ]),
    ],
    swiftLanguageModes: [.v6]
)

// MARK: - Integrations with other packages

// Each is a trait, a product `ContextVars<Name>` and a target with tests. Without the trait its source is compiled out
// (`#if <Name>`), and the packages that it needs aren't resolved.

package.dependencies = [
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", from: "2.9.2"),
]

addIntegration(
    "NIO", "EventLoops, EventLoopFutures and channels of SwiftNIO",
    uses: ["NIOCore": "swift-nio"],
    testsUse: ["NIOEmbedded": "swift-nio", "NIOHTTP1": "swift-nio", "NIOPosix": "swift-nio"])
addIntegration(
    "Logging", "Metadata from context variables for swift-log",
    uses: ["Logging": "swift-log"],
    testsUse: ["InMemoryLogging": "swift-log"])
addIntegration(
    "Tracing", "Context variables in the W3C baggage header, through swift-distributed-tracing",
    uses: ["Tracing": "swift-distributed-tracing"],
    testsUse: ["InMemoryTracing": "swift-distributed-tracing"])
addIntegration(
    "Hummingbird", "A context for each request of a Hummingbird server",
    on: "Tracing", and: ["ContextVarsDiagnostics"],
    uses: [
        "Hummingbird": "hummingbird", "HTTPTypes": "swift-http-types", "NIOCore": "swift-nio", "NIOHTTP1": "swift-nio",
        "Tracing": "swift-distributed-tracing",
    ],
    testsUse: [
        "HummingbirdHTTP2": "hummingbird", "HummingbirdTesting": "hummingbird",
        "InMemoryTracing": "swift-distributed-tracing", "NIOPosix": "swift-nio",
    ])
addIntegration(
    "AsyncHTTPClient", "Context variables in the requests of async-http-client",
    on: "Tracing",
    uses: [
        "AsyncHTTPClient": "async-http-client", "NIOCore": "swift-nio", "NIOHTTP1": "swift-nio",
        "Tracing": "swift-distributed-tracing",
    ],
    testsUse: ["InMemoryTracing": "swift-distributed-tracing", "NIOPosix": "swift-nio"])
addIntegration(
    "GRPC", "Context variables in the metadata of grpc-swift",
    on: "Tracing",
    uses: ["GRPCCore": "grpc-swift-2", "Tracing": "swift-distributed-tracing"],
    testsUse: [
        "GRPCNIOTransportHTTP2": "grpc-swift-nio-transport", "InMemoryTracing": "swift-distributed-tracing",
    ])

/// Adds the integration `ContextVars<name>`.
///
/// - Parameters:
///   - base: The integration that this one builds on.
///   - targets: Other targets of this package that it needs.
///   - products: The products that the target needs, and the package of each.
///   - testProducts: The products that only its tests need.
@MainActor func addIntegration(
    _ name: String, _ description: String, on base: String? = nil, and targets: [String] = [],
    uses products: [String: String], testsUse testProducts: [String: String]
) {
    func dependencies(_ products: [String: String]) -> [Target.Dependency] {
        products.sorted { $0.key < $1.key }.map { product, package in
            .product(name: product, package: package, condition: .when(traits: [name]))
        }
    }
    let module = "ContextVars\(name)"
    let modules = ["ContextVars"] + (base.map { ["ContextVars\($0)"] } ?? []) + targets
    package.traits.insert(.trait(name: name, description: description, enabledTraits: base.map { [$0] } ?? []))
    package.products.append(.library(name: module, targets: [module]))
    package.targets += [
        .target(name: module, dependencies: modules.map { .byName(name: $0) } + dependencies(products)),
        .testTarget(
            name: "\(module)Tests",
            dependencies: Set(modules + [module, "ContextVarsDiagnostics", "TestSupport"]).sorted()
                .map { .byName(name: $0) } + dependencies(products) + dependencies(testProducts)),
    ]
}

// MARK: - Tools

// The macro, the command and what both of them share. Without their traits they build from sources that are compiled out,
// and swift-syntax and swift-argument-parser aren't resolved.

package.dependencies += [
    .package(url: "https://github.com/swiftlang/swift-syntax.git", from: "603.0.1"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
]
package.traits.formUnion([
    .trait(name: "Macros", description: "@ContextValue: context variables that are declared like @TaskLocal"),
    .trait(name: "Tools", description: "The command contextvars: lint, migrate, view"),
])
package.products += [
    .library(name: "ContextVarsMacros", targets: ["ContextVarsMacros"]),
    .executable(name: "contextvars", targets: ["ContextVarsCommand"]),
    .plugin(name: "LintContexts", targets: ["LintContexts"]),
]
package.targets += [
    .target(name: "ContextTraceFormat"),
    .target(
        name: "ContextVarsTooling",
        dependencies: ["ContextTraceFormat"] + syntax(["SwiftParser", "SwiftSyntax"], trait: "Tools"),
        resources: [.embedInCode("View/Page")]),
    .executableTarget(
        name: "ContextVarsCommand",
        dependencies: [
            "ContextTraceFormat", "ContextVarsTooling",
            .product(
                name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["Tools"])),
        ]),
    .plugin(
        name: "LintContexts",
        capability: .command(
            intent: .custom(verb: "lint-contexts", description: "Finds calls that lose a context, and other mistakes."))
    ),
    .testTarget(name: "ContextTraceFormatTests", dependencies: ["ContextTraceFormat"]),
    .testTarget(
        name: "ContextVarsToolingTests",
        dependencies: ["ContextTraceFormat", "ContextVarsTooling"]
            + syntax(["SwiftParser", "SwiftSyntax"], trait: "Tools")),
    .target(
        name: "ContextVarsMacroExpansion",
        dependencies: syntax(
            ["SwiftDiagnostics", "SwiftSyntax", "SwiftSyntaxBuilder", "SwiftSyntaxMacros"], trait: "Macros")),
    .macro(
        name: "ContextVarsMacrosPlugin",
        dependencies: ["ContextVarsMacroExpansion"]
            + syntax(["SwiftCompilerPlugin", "SwiftSyntax", "SwiftSyntaxMacros"], trait: "Macros")),
    .target(
        name: "ContextVarsMacros",
        dependencies: [
            "ContextVars", .target(name: "ContextVarsMacrosPlugin", condition: .when(traits: ["Macros"])),
        ]),
    .target(name: "ContextValues", dependencies: ["ContextVarsMacros"], path: "Tests/Support/ContextValues"),
    .testTarget(
        name: "ContextVarsMacrosTests",
        dependencies: ["ContextValues", "ContextVarsMacroExpansion", "ContextVarsMacros"]
            + syntax(
                ["SwiftSyntax", "SwiftSyntaxMacroExpansion", "SwiftSyntaxMacrosGenericTestSupport"], trait: "Macros")),
]

/// Products of swift-syntax that are needed with a trait only.
@MainActor func syntax(_ products: [String], trait: String) -> [Target.Dependency] {
    products.map { .product(name: $0, package: "swift-syntax", condition: .when(traits: [trait])) }
}

// MARK: - Documentation

// The Swift Package Index can't be told to enable traits, and without them the integrations have no symbols.
if Context.environment["SPI_GENERATE_DOCS"] != nil {
    package.traits.insert(.default(enabledTraits: Set(package.traits.map(\.name))))
}
