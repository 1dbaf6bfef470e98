// swift-tools-version: 6.2
import PackageDescription

// Nothing but the core of the package, so that the first build takes seconds.
let package = Package(
    name: "FirstMinute",
    platforms: [.macOS(.v15)],
    dependencies: [
        // The name keeps this example building whatever the checkout's folder is called.
        .package(name: "swift-contextvars", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "FirstMinute", dependencies: [.product(name: "ContextVars", package: "swift-contextvars")])
    ],
    swiftLanguageModes: [.v6]
)
