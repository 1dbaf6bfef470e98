// SPDX-License-Identifier: Apache-2.0
internal import CMeasure

/// How this program was built, as far as figures depend on it.
package enum Build: String, Sendable {
    /// With the dynamic standard library.
    case dynamic
    /// With the static standard library, as most images of servers are built.
    case `static`
    /// Without the library's accelerations, whatever the standard library.
    case plain
    /// Without optimisation: no figure of it has a bar.
    case debug

    package static let current: Build = {
        #if DEBUG
        .debug
        #elseif CONTEXTVARS_PLAIN
        .plain
        #else
        hasStaticRuntime ? .static : .dynamic
        #endif
    }()

    /// Whether the Swift runtime is in the executable itself.
    private static let hasStaticRuntime = measure_swift_runtime_is_static()

    /// The bar that a row has in this build.
    ///
    /// - Parameters:
    ///   - bar: That of the dynamic build, and of those that aren't named.
    package static func bar(_ bar: Double, static staticBar: Double? = nil, plain plainBar: Double? = nil) -> Double? {
        switch current {
        case .dynamic: bar
        case .static: staticBar ?? bar
        case .plain: plainBar ?? bar
        case .debug: nil
        }
    }

    /// The build and its standard library in words.
    package var description: String {
        let library = "\(Self.hasStaticRuntime ? "static" : "dynamic") standard library"
        return switch self {
        case .dynamic, .static: "\(rawValue): release, \(library)"
        case .plain: "plain: release, CONTEXTVARS_PLAIN=1, \(library)"
        case .debug: "debug: not optimised, \(library); no row has a bar"
        }
    }
}
