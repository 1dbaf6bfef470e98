// SPDX-License-Identifier: Apache-2.0
// The functions have the names and the documentation that the header gives them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CContextVars
import ContextVars

@c @implementation
public func ctxvars_context_new() -> OpaquePointer {
    handle(Context())
}

@c @implementation
public func ctxvars_context_copy(_ context: OpaquePointer) -> OpaquePointer {
    handle(context.object(as: Context.self).copy())
}

@c @implementation
public func ctxvars_context_count(_ context: OpaquePointer) -> Int {
    context.object(as: Context.self).count
}

@c @implementation
public func ctxvars_context_get(
    _ context: OpaquePointer, _ variable: OpaquePointer, _ value: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> CInt {
    let variable: EmbedderVariable = variable.object()
    guard let found = context.object(as: Context.self)[variable] else { return 0 }
    return found.write(to: value) ? 1 : 0
}

/// Not `Context.==`, which knows no equality that fails.
@c @implementation
public func ctxvars_context_equal(_ left: OpaquePointer, _ right: OpaquePointer) -> CInt {
    if left == right { return 1 }
    // Copies, because a callback may change what it can reach while this compares.
    let left = left.object(as: Context.self).copy()
    let right = right.object(as: Context.self).copy()
    guard left.count == right.count else { return 0 }
    for (variable, value) in left {
        guard let variable = variable as? EmbedderVariable, let value = value as? EmbedderValue,
            let other = right[variable]
        else { return 0 }
        do {
            guard try value.isEqual(to: other) else { return 0 }
        } catch {
            return CTXVARS_CALLBACK_FAILED.rawValue
        }
    }
    return 1
}

extension EmbedderValue {
    /// Whether both are one object, or equal objects of one embedder.
    func isEqual(to other: EmbedderValue) throws(CallbackFailure) -> Bool {
        guard let object, let otherObject = other.object else { return false }
        guard embedder === other.embedder else { return false }
        return try embedder.areEqual(object, otherObject)
    }
}

// MARK: - Iteration

/// A position in a context's values.
final class ContextIterator {
    // Holds no copy of the map beside the iterator's: that would be storage which is shared for nothing.
    var base: Context.Iterator

    init(_ context: Context) {
        base = context.makeIterator()
    }
}

@c @implementation
public func ctxvars_context_iterate(_ context: OpaquePointer) -> OpaquePointer {
    handle(ContextIterator(context.object()))
}

@c @implementation
public func ctxvars_context_iterator_next(
    _ iterator: OpaquePointer, _ variable: UnsafeMutablePointer<OpaquePointer?>,
    _ value: UnsafeMutablePointer<UnsafeMutableRawPointer?>
) -> CInt {
    let iterator: ContextIterator = iterator.object()
    while let (nextVariable, nextValue) = iterator.base.next() {
        guard let nextVariable = nextVariable as? EmbedderVariable, let nextValue = nextValue as? EmbedderValue,
            nextValue.write(to: value)
        else { continue }
        variable.pointee = handle(nextVariable)
        return 1
    }
    return 0
}
