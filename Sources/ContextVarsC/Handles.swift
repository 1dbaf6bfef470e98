// SPDX-License-Identifier: Apache-2.0
// The functions have the names and the documentation that the header gives them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CContextVars
import ContextVars

// A handle is the address of a Swift object, with a reference that the C side owns.

/// A handle with a reference for the caller of the C interface.
func handle(_ object: AnyObject) -> OpaquePointer {
    OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

extension OpaquePointer {
    /// The object of a handle, of the type that the function in the header says.
    @inline(__always)
    func object<Object: AnyObject>(as type: Object.Type = Object.self) -> Object {
        Unmanaged<Object>.fromOpaque(UnsafeRawPointer(self)).takeUnretainedValue()
    }
}

@c @implementation
public func ctxvars_retain(_ handle: UnsafeMutableRawPointer) {
    _ = Unmanaged<AnyObject>.fromOpaque(handle).retain()
}

@c @implementation
public func ctxvars_release(_ handle: UnsafeMutableRawPointer?) {
    if let handle { Unmanaged<AnyObject>.fromOpaque(handle).release() }
}
