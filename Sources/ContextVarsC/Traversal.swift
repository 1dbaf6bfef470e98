// SPDX-License-Identifier: Apache-2.0
// The functions have the names and the documentation that the header gives them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CContextVars
import CContextVarsFrames
import ContextVars
import PersistentCollections

/// One traversal of what one handle keeps alive.
private struct Traversal {
    let callbacks: ctxvars_traversal
    private var result: CInt = 0

    /// Calls the body unless it finds the handle shared and the visitor does not go on; returns what the C side gets.
    static func of(
        _ handle: OpaquePointer, _ callbacks: UnsafePointer<ctxvars_traversal>, _ body: (inout Traversal) -> Void
    ) -> CInt {
        var traversal = Traversal(callbacks: callbacks.pointee)
        if traversal.enter(UnsafeMutableRawPointer(handle)) { body(&traversal) }
        return traversal.result
    }

    /// Whether to look into an object of the engine.
    ///
    /// - Parameter ownCount: The number of references to it, where it counts them itself.
    func enter(_ address: UnsafeMutableRawPointer, _ ownCount: Int? = nil) -> Bool {
        let references = ownCount ?? contextvars_reference_count(address)
        if references == 1 { return true }
        return callbacks.shared.map { $0(address, references, callbacks.argument) != 0 } ?? false
    }

    /// Shows an object of the embedder, and returns whether to go on.
    mutating func visit(_ object: UnsafeMutableRawPointer?) -> Bool {
        if let object { result = callbacks.visit(object, callbacks.argument) }
        return result == 0
    }

    mutating func visit(_ value: EmbedderValue) -> Bool {
        visit(value.object) && visit(value.owner)
    }

    mutating func visitContext(root: UnsafeMutableRawPointer?) {
        guard let root else { return }
        Context.traverse(root: root, as: EmbedderValue.self, enter: enter) { visit($0) }
    }

    mutating func visitMap(root: UnsafeMutableRawPointer?) {
        guard let root else { return }
        _ = EmbedderMap.Content.traverse(root: root, enter: enter) { place in
            // A key is a structure around one reference, a value is a reference: their places hold the addresses.
            switch place {
            case .key(let key): enter(address(in: key)) ? visit(key.pointee.content.object) : true
            case .value(let value, of: _): enter(address(in: value)) ? visit(value.pointee) : true
            }
        }
    }
}

/// The address of the object whose reference lies at a place.
private func address(in place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    place.load(as: UnsafeMutableRawPointer.self)
}

// MARK: - The header's functions

@c @implementation
public func ctxvars_context_traverse(
    _ context: OpaquePointer, _ traversal: UnsafePointer<ctxvars_traversal>
) -> CInt {
    Traversal.of(context, traversal) { $0.visitContext(root: context.object(as: Context.self).rootAddress) }
}

@c @implementation
public func ctxvars_context_iterator_traverse(
    _ iterator: OpaquePointer, _ traversal: UnsafePointer<ctxvars_traversal>
) -> CInt {
    Traversal.of(iterator, traversal) { $0.visitContext(root: iterator.object(as: ContextIterator.self).rootAddress) }
}

@c @implementation
public func ctxvars_token_traverse(_ token: OpaquePointer, _ traversal: UnsafePointer<ctxvars_traversal>) -> CInt {
    Traversal.of(token, traversal) { traversal in
        guard let old = token.object(as: EmbedderToken.self).oldValue(enter: { traversal.enter($0) }) else { return }
        _ = traversal.visit(old)
    }
}

@c @implementation
public func ctxvars_map_traverse(_ map: OpaquePointer, _ traversal: UnsafePointer<ctxvars_traversal>) -> CInt {
    Traversal.of(map, traversal) { $0.visitMap(root: map.object(as: EmbedderMap.self).rootAddress) }
}

@c @implementation
public func ctxvars_map_iterator_traverse(
    _ iterator: OpaquePointer, _ traversal: UnsafePointer<ctxvars_traversal>
) -> CInt {
    Traversal.of(iterator, traversal) { $0.visitMap(root: iterator.object(as: MapIterator.self).rootAddress) }
}

// Not inlined: what they retain while they look must be released again before references are counted.

extension ContextIterator {
    @inline(never)
    fileprivate var rootAddress: UnsafeMutableRawPointer? { base.rootAddress }
}

extension EmbedderMap {
    @inline(never)
    fileprivate var rootAddress: UnsafeMutableRawPointer? { content.rootAddress }
}

extension MapIterator {
    @inline(never)
    fileprivate var rootAddress: UnsafeMutableRawPointer? { base.rootAddress }
}
