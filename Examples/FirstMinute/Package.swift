// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// Nothing but the core of the package, so that the first build takes less than a minute.
let package = Package(
    name: "FirstMinute",
    platforms: [.macOS(.v15)],
    dependencies: [
        // The name lets this example build regardless of the checkout's folder name.
        .package(name: "swift-contextvars", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "FirstMinute", dependencies: [.product(name: "ContextVars", package: "swift-contextvars")])
    ],
    swiftLanguageModes: [.v6]
)
