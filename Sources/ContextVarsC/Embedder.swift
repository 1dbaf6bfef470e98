// SPDX-License-Identifier: Apache-2.0
// The functions have the names and the documentation that the header gives them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CContextVars

/// What the engine knows of an embedder's objects: how to keep them, and how keys are hashed and compared.
final class Embedder: @unchecked Sendable {
    // Invariant behind `@unchecked`: never changed; the header asks embedders for callbacks that any thread may call.
    private let callbacks: ctxvars_callbacks

    init(_ callbacks: ctxvars_callbacks) {
        self.callbacks = callbacks
    }

    func retain(_ object: UnsafeMutableRawPointer) {
        callbacks.retain(object, callbacks.user_data)
    }

    func release(_ object: UnsafeMutableRawPointer) {
        callbacks.release(object, callbacks.user_data)
    }

    /// The hash of a key, or nil where the embedder failed.
    func hash(of key: UnsafeMutableRawPointer) -> Int? {
        var result = 0
        guard let hash = callbacks.hash, hash(key, &result, callbacks.user_data) >= 0 else { return nil }
        return result
    }

    /// Whether two objects are equal.
    func areEqual(
        _ left: UnsafeMutableRawPointer, _ right: UnsafeMutableRawPointer
    ) throws(CallbackFailure) -> Bool {
        if left == right { return true }
        guard let equal = callbacks.equal else { return false }
        let answer = equal(left, right, callbacks.user_data)
        if answer < 0 { throw CallbackFailure() }
        return answer > 0
    }
}

/// The embedder's `hash` or `equal` failed.
struct CallbackFailure: Error {}

@c @implementation
public func ctxvars_embedder_new(_ callbacks: UnsafePointer<ctxvars_callbacks>) -> OpaquePointer {
    handle(Embedder(callbacks.pointee))
}
