// SPDX-License-Identifier: Apache-2.0
// The functions have the names and the documentation that the header gives them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CContextVars
import ContextVars

@c @implementation
public func ctxvars_var_new(
    _ embedder: OpaquePointer, _ name: UnsafePointer<CChar>, _ defaultValue: UnsafeMutableRawPointer?,
    _ owner: UnsafeMutableRawPointer?
) -> OpaquePointer {
    let defaultValue = EmbedderValue(default: defaultValue, owner: owner, embedder.object())
    return handle(EmbedderVariable(String(cString: name), default: defaultValue))
}

@c @implementation
public func ctxvars_var_owner(_ variable: OpaquePointer) -> UnsafeMutableRawPointer? {
    variable.object(as: EmbedderVariable.self).defaultValue.owner
}

@c @implementation
public func ctxvars_var_name(
    _ variable: OpaquePointer, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int
) -> Int {
    var name = variable.object(as: EmbedderVariable.self).name
    return name.withUTF8 { name in
        if let buffer, size > 0 {
            let length = min(name.count, size - 1)
            for index in 0..<length { buffer[index] = CChar(bitPattern: name[index]) }
            buffer[length] = 0
        }
        return name.count
    }
}

@c @implementation
public func ctxvars_var_get(
    _ state: OpaquePointer, _ variable: OpaquePointer, _ value: UnsafeMutablePointer<UnsafeMutableRawPointer?>
) -> CInt {
    let variable: EmbedderVariable = variable.object()
    return variable.get(in: state.object()).write(to: value) ? 1 : 0
}

@c @implementation
public func ctxvars_var_set(
    _ state: OpaquePointer, _ variable: OpaquePointer, _ value: UnsafeMutableRawPointer
) -> OpaquePointer {
    let variable: EmbedderVariable = variable.object()
    return handle(variable.set(EmbedderValue(value, of: variable), in: state.object()))
}

@c @implementation
public func ctxvars_var_reset(
    _ state: OpaquePointer, _ variable: OpaquePointer, _ token: OpaquePointer
) -> CInt {
    status { () throws(ContextError) in
        try variable.object(as: EmbedderVariable.self).reset(token.object(), in: state.object())
    }
}
