// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The variables that aren't simply copied: a list that only ever grows, so that reading it takes no lock.
///
/// It never releases its variables: they are constants of a program.
final class InheritanceRule: @unchecked Sendable {
    // Invariant behind `@unchecked`: a variable is immutable and `Sendable`.
    private let variable: AnyContextVar
    private let next = AtomicLazyReference<InheritanceRule>()

    private static let first = AtomicLazyReference<InheritanceRule>()
    /// For who adds one.
    private static let last = Mutex<InheritanceRule?>(nil)

    private init(_ variable: AnyContextVar) {
        self.variable = variable
    }

    /// Makes a variable's value follow its own rule from now on.
    static func add(_ variable: AnyContextVar) {
        let rule = InheritanceRule(variable)
        last.withLock { last in
            if let last { _ = last.next.storeIfNil(rule) } else { _ = first.storeIfNil(rule) }
            last = rule
        }
        HandingOver.markNotPlain()
    }

    /// What is handed over of the values of a context.
    ///
    /// Calls users' functions, so don't call it under a lock.
    static func apply(to values: ContextValues) -> ContextValues {
        var inherited = values
        var rule = first.load()
        while let current = rule {
            if let value = values[current.variable] {
                if let value = current.variable.inherited(value) {
                    inherited.updateValue(value, forKey: current.variable)
                } else {
                    inherited.removeValue(forKey: current.variable)
                }
            }
            rule = current.next.load()
        }
        return inherited
    }
}
