/// Errors about a certain variable, context or token. Out of line: what throws them is inlined into hot code.
extension ContextError {
    @inline(never)
    static func cannotChange(_ variable: AnyContextVar, isBorrowed: Bool) -> ContextError {
        ContextError(isBorrowed ? .borrowedContext : .noCurrentContext, "ContextVar '\(variable.name)'")
    }

    @inline(never)
    static func alreadyEntered(_ context: Context) -> ContextError {
        ContextError(.alreadyEntered, context.description)
    }

    @inline(never)
    static func notEntered(_ context: Context) -> ContextError {
        ContextError(.notEntered, context.description)
    }

    @inline(never)
    static func notCurrent(_ context: Context) -> ContextError {
        ContextError(.notCurrent, context.description)
    }

    @usableFromInline
    @inline(never)
    static func tokenUsed<Value>(_ token: Token<Value>) -> ContextError {
        ContextError(.tokenUsed, token.description)
    }

    @usableFromInline
    @inline(never)
    static func tokenFromDifferentVar<Value>(_ token: Token<Value>) -> ContextError {
        ContextError(.tokenFromDifferentVar, token.description)
    }

    @usableFromInline
    @inline(never)
    static func tokenFromDifferentContext<Value>(_ token: Token<Value>) -> ContextError {
        ContextError(.tokenFromDifferentContext, token.description)
    }

    @usableFromInline
    @inline(never)
    static func lookup(_ variable: AnyContextVar) -> ContextError {
        ContextError(.lookup, "ContextVar '\(variable.name)'")
    }
}
