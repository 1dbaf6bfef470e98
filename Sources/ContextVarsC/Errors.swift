// SPDX-License-Identifier: Apache-2.0
// The functions have the names and the documentation that the header gives them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CContextVars
import ContextVars

/// What the C side gets for an operation that may fail.
func status(_ operation: () throws(ContextError) -> Void) -> CInt {
    do {
        try operation()
        return CTXVARS_OK.rawValue
    } catch {
        return error.status.rawValue
    }
}

extension ContextError {
    /// The C side's code; an explicit thread state throws none of those that have no code there.
    fileprivate var status: ctxvars_error {
        switch code {
        case .alreadyEntered: CTXVARS_ALREADY_ENTERED
        case .notEntered: CTXVARS_NOT_ENTERED
        case .notCurrent: CTXVARS_NOT_CURRENT
        case .tokenUsed: CTXVARS_TOKEN_USED
        case .tokenFromDifferentVar: CTXVARS_TOKEN_FROM_DIFFERENT_VAR
        case .tokenFromDifferentContext: CTXVARS_TOKEN_FROM_DIFFERENT_CONTEXT
        case .noCurrentContext, .borrowedContext, .lookup: preconditionFailure("\(self)")
        }
    }
}

@c @implementation
public func ctxvars_error_message(_ error: CInt) -> UnsafePointer<CChar> {
    let message: StaticString =
        switch ctxvars_error(error) {
        case CTXVARS_OK: "no error"
        case CTXVARS_CALLBACK_FAILED: "the embedder's callback failed"
        case CTXVARS_ALREADY_ENTERED: "cannot enter context: it is already entered"
        case CTXVARS_NOT_ENTERED: "cannot exit context: it has not been entered"
        case CTXVARS_NOT_CURRENT: "cannot exit context: it is not the current context of this thread state"
        case CTXVARS_TOKEN_USED: "the token has already been used once"
        case CTXVARS_TOKEN_FROM_DIFFERENT_VAR: "the token was created by a different ContextVar"
        case CTXVARS_TOKEN_FROM_DIFFERENT_CONTEXT: "the token was created in a different Context"
        default: "unknown error"
        }
    return text(message)
}

@c @implementation
public func ctxvars_engine() -> UnsafePointer<CChar> {
    #if compiler(>=6.4)
    text("swift-contextvars, compiled by Swift 6.4 or later")
    #else
    text("swift-contextvars, compiled by Swift 6.3")
    #endif
}

/// The bytes of a literal, which end with a 0.
private func text(_ literal: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self)
}
