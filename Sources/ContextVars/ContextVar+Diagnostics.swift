// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What diagnostics may do with a variable.
package struct DiagnosticRules: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Its values may be shown.
    package static let isPrintable = DiagnosticRules(rawValue: 1)
    /// Reading it where no context is current isn't a mistake.
    package static let isReadAnywhere = DiagnosticRules(rawValue: 2)
}

extension AnyContextVar {
    /// What diagnostics may do with the variable.
    package final var diagnosticRules: DiagnosticRules {
        DiagnosticRules(rawValue: diagnosticRuleBits.load(ordering: .relaxed))
    }

    /// A small number that no other variable of the process has.
    package final var identifyingNumber: UInt32 { UInt32(truncatingIfNeeded: number) }

    /// Notes the variable, and tells whether this is the first time.
    package final func noteOnce() -> Bool {
        !wasNoted.load(ordering: .relaxed) && !wasNoted.exchange(true, ordering: .relaxed)
    }

    fileprivate final func allow(_ rule: DiagnosticRules) {
        diagnosticRuleBits.bitwiseOr(rule.rawValue, ordering: .relaxed)
    }
}

extension ContextVar {
    /// Lets diagnostics show the variable's values: traces, reports of losses, lists of what is alive.
    ///
    /// Otherwise they show only names, since values may be secrets. Write it in the declaration:
    ///
    /// ```swift
    /// static let tenant = ContextVar("request.tenant", default: "public").printable()
    /// ```
    ///
    /// - Returns: The variable itself.
    /// - Complexity: O(1). Safe from any thread.
    @discardableResult
    public func printable() -> ContextVar<Value> {
        allow(.isPrintable)
        return self
    }

    /// Declares that the variable may be read where no context is current, where it has its default.
    ///
    /// Diagnostics don't report such a read as a loss, but they do report a refused `set`. Write it in the declaration:
    ///
    /// ```swift
    /// static let logLevel = ContextVar("log.level", default: Logger.Level.info).readAnywhere()
    /// ```
    ///
    /// - Returns: The variable itself.
    /// - Complexity: O(1). Safe from any thread.
    @discardableResult
    public func readAnywhere() -> ContextVar<Value> {
        allow(.isReadAnywhere)
        return self
    }
}
