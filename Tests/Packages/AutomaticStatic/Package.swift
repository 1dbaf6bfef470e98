// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// A program to be linked in every way, with or without the linker's options; see `.ci/automatic`.
let package = Package(
    name: "AutomaticStatic",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-contextvars", path: "../../..")],
    targets: [
        .executableTarget(
            name: "Probe",
            dependencies: [
                .product(name: "ContextVars", package: "swift-contextvars"),
                .product(name: "ContextVarsAutomatic", package: "swift-contextvars"),
            ],
            // The file of options, as a program's own manifest would name it.
            linkerSettings: Context.environment["WRAP_FLAGS"].map { [.unsafeFlags(["@\($0)"])] } ?? [])
    ],
    swiftLanguageModes: [.v6]
)
