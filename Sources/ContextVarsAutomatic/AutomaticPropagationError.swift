// SPDX-License-Identifier: Apache-2.0
/// Why contexts can't follow work in this program.
public struct AutomaticPropagationError: Error, Hashable {
    /// The reasons for which contexts can't follow work.
    public enum Code: Hashable, Sendable {
        /// The system isn't Linux.
        case unsupportedPlatform
        /// Callers don't reach this module's functions.
        case notLinked
        /// The executable has no symbol table.
        case noSymbolTable
    }

    /// The reason for this error.
    public let code: Code

    /// The functions that callers don't reach, where the code is ``Code/notLinked``.
    public let missing: [String]

    init(_ code: Code, missing: [String] = []) {
        self.code = code
        self.missing = missing
    }

    /// Whether both errors have the same ``code``.
    ///
    /// - Complexity: O(1).
    public static func == (lhs: AutomaticPropagationError, rhs: AutomaticPropagationError) -> Bool {
        lhs.code == rhs.code
    }

    /// Hashes the ``code``.
    ///
    /// - Complexity: O(1).
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

extension AutomaticPropagationError {
    /// ``Code/unsupportedPlatform``, for matching.
    public static let unsupportedPlatform = AutomaticPropagationError(.unsupportedPlatform)
    /// ``Code/notLinked``, for matching.
    public static let notLinked = AutomaticPropagationError(.notLinked)
    /// ``Code/noSymbolTable``, for matching.
    public static let noSymbolTable = AutomaticPropagationError(.noSymbolTable)

    /// Whether a caught error is an `AutomaticPropagationError` of the same ``code``: lets `catch` name a constant where
    /// the error's type isn't known.
    public static func ~= (pattern: AutomaticPropagationError, error: any Error) -> Bool {
        (error as? AutomaticPropagationError) == pattern
    }
}

extension AutomaticPropagationError: CustomStringConvertible {
    /// Says what can't work, and what to write instead.
    public var description: String {
        switch code {
        case .unsupportedPlatform:
            """
            contexts can't follow work automatically on this system, only on Linux. Write `context: .current` where work \
            is handed over: `queue.async(context: .current) { … }`, `Thread(context: .current) { … }`
            """
        case .notLinked:
            """
            callers don't reach the functions of ContextVarsAutomatic in this program: \(missing.joined(separator: ", ")). \
            In a static program the linker has to redirect them: give the options in \
            `Sources/ContextVarsAutomatic/wrap-flags` to the command that links, as in \
            `swift build --static-swift-stdlib \(missing.prefix(1).map { "-Xlinker --wrap=\($0) " }.joined())…`. In a \
            dynamic program, link the product ContextVarsAutomatic into the executable itself
            """
        case .noSymbolTable:
            """
            the executable was stripped of its symbol table, so threads of the program can't be told from those of pools, \
            which must not keep a context. Strip only debug information (`strip -g`), or write \
            `AutomaticPropagation.enable(.dispatch)` and `Thread(context: .current) { … }`
            """
        }
    }
}
