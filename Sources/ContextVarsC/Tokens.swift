// SPDX-License-Identifier: Apache-2.0
// The functions have the names and the documentation that the header gives them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CContextVars
import ContextVars

/// A token of the C interface.
typealias EmbedderToken = Token<EmbedderValue>

@c @implementation
public func ctxvars_token_is_used(_ token: OpaquePointer) -> CInt {
    token.object(as: EmbedderToken.self).isUsed ? 1 : 0
}

@c @implementation
public func ctxvars_token_var(_ token: OpaquePointer) -> OpaquePointer {
    handle(token.object(as: EmbedderToken.self).var)
}

@c @implementation
public func ctxvars_token_old_value(
    _ token: OpaquePointer, _ value: UnsafeMutablePointer<UnsafeMutableRawPointer?>
) -> CInt {
    switch token.object(as: EmbedderToken.self).oldValue {
    case .missing: 0
    case .value(let old): old.write(to: value) ? 1 : 0
    }
}
