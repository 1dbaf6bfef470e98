// The functions have the names and the documentation that the header gives them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CContextVarsHeader
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
    // Holds no copy of the map beside the iterator's: the traversal must see one reference.
    fileprivate var base: Context.Iterator

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

// MARK: - Traversal

@c @implementation
public func ctxvars_context_traverse(
    _ context: OpaquePointer, _ visit: ctxvars_visitor, _ argument: UnsafeMutableRawPointer?
) -> CInt {
    context.ifOnlyReference(to: Context.self) { context in
        visitUnsharedValues(under: context.rootAddress, visit, argument)
    }
}

@c @implementation
public func ctxvars_context_iterator_traverse(
    _ iterator: OpaquePointer, _ visit: ctxvars_visitor, _ argument: UnsafeMutableRawPointer?
) -> CInt {
    iterator.ifOnlyReference(to: ContextIterator.self) { iterator in
        visitUnsharedValues(under: rootAddress(of: iterator), visit, argument)
    }
}

/// Not inlined: what it retains while it looks must be released again before anything is judged.
@inline(never)
private func rootAddress(of iterator: ContextIterator) -> UnsafeMutableRawPointer? { iterator.base.rootAddress }

private func visitUnsharedValues(
    under root: UnsafeMutableRawPointer?, _ visit: ctxvars_visitor, _ argument: UnsafeMutableRawPointer?
) -> CInt {
    guard let root else { return 0 }
    var result: CInt = 0
    _ = Context.visitUnsharedValues(under: root, as: EmbedderValue.self) { value in
        result = value.visit(visit, argument)
        return result == 0
    }
    return result
}
