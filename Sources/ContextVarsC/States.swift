// SPDX-License-Identifier: Apache-2.0
// The functions have the names and the documentation that the header gives them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CContextVars
import ContextVars

@c @implementation
public func ctxvars_state_new() -> OpaquePointer {
    handle(ThreadState())
}

@c @implementation
public func ctxvars_state_new_inheriting(_ starter: OpaquePointer) -> OpaquePointer {
    handle(ThreadState(inheriting: starter.object()))
}

@c @implementation
public func ctxvars_state_enter(_ state: OpaquePointer, _ context: OpaquePointer) -> CInt {
    status { () throws(ContextError) in
        try state.object(as: ThreadState.self).enter(context.object())
    }
}

@c @implementation
public func ctxvars_state_exit(_ state: OpaquePointer, _ context: OpaquePointer) -> CInt {
    status { () throws(ContextError) in
        try state.object(as: ThreadState.self).exit(context.object())
    }
}

@c @implementation
public func ctxvars_state_context(_ state: OpaquePointer) -> OpaquePointer {
    handle(state.object(as: ThreadState.self).context)
}

@c @implementation
public func ctxvars_state_copy_context(_ state: OpaquePointer) -> OpaquePointer {
    handle(state.object(as: ThreadState.self).context.copy())
}
