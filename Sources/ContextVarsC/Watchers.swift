// SPDX-License-Identifier: Apache-2.0
// The functions have the names and the documentation that the header gives them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CContextVars
import ContextVars

@c @implementation
public func ctxvars_watcher_add(
    _ watcher: @escaping ctxvars_watcher, _ userData: UnsafeMutableRawPointer?
) -> Int64 {
    // An address as a number: the header makes the embedder responsible for what it points to.
    let userData = UInt(bitPattern: userData)
    let id = Context.addWatcher { event in
        guard case .switched(let context) = event else { return }
        withExtendedLifetime(context) {
            let handle = context.map { OpaquePointer(Unmanaged.passUnretained($0).toOpaque()) }
            watcher(CTXVARS_SWITCHED, handle, UnsafeMutableRawPointer(bitPattern: userData))
        }
    }
    return Int64(id.number)
}

@c @implementation
public func ctxvars_watcher_clear(_ watcher: Int64) -> CInt {
    guard let number = Int(exactly: watcher) else { return 0 }
    return Context.clearWatcher(Context.WatcherID(number: number)) ? 1 : 0
}
