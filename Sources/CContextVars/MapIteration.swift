// The functions have the names and the documentation that the header gives them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CContextVarsHeader
import PersistentCollections

/// A position in a map.
final class MapIterator {
    // Holds no copy of the map beside the iterator's: the traversal must see one reference.
    fileprivate var base: EmbedderMap.Content.Iterator

    init(_ map: EmbedderMap) {
        base = map.content.makeIterator()
    }
}

@c @implementation
public func ctxvars_map_iterate(_ map: OpaquePointer) -> OpaquePointer {
    handle(MapIterator(map.object()))
}

@c @implementation
public func ctxvars_map_iterator_next(
    _ iterator: OpaquePointer, _ key: UnsafeMutablePointer<UnsafeMutableRawPointer?>,
    _ value: UnsafeMutablePointer<UnsafeMutableRawPointer?>
) -> CInt {
    guard let (nextKey, nextValue) = iterator.object(as: MapIterator.self).base.next(), nextValue.write(to: value)
    else { return 0 }
    nextKey.content.embedder.retain(nextKey.content.object)
    key.pointee = nextKey.content.object
    return 1
}

// MARK: - Traversal

@c @implementation
public func ctxvars_map_traverse(
    _ map: OpaquePointer, _ visit: ctxvars_visitor, _ argument: UnsafeMutableRawPointer?
) -> CInt {
    map.ifOnlyReference(to: EmbedderMap.self) { map in
        EmbedderMap.visitUnshared(under: rootAddress(of: map), visit, argument)
    }
}

@c @implementation
public func ctxvars_map_iterator_traverse(
    _ iterator: OpaquePointer, _ visit: ctxvars_visitor, _ argument: UnsafeMutableRawPointer?
) -> CInt {
    iterator.ifOnlyReference(to: MapIterator.self) { iterator in
        EmbedderMap.visitUnshared(under: rootAddress(of: iterator), visit, argument)
    }
}

// Not inlined: what they retain while they look must be released again before anything is judged.

@inline(never)
private func rootAddress(of map: EmbedderMap) -> UnsafeMutableRawPointer? { map.content.rootAddress }

@inline(never)
private func rootAddress(of iterator: MapIterator) -> UnsafeMutableRawPointer? { iterator.base.rootAddress }

extension EmbedderMap {
    /// Visits the keys and values below a root that nothing else refers to.
    fileprivate static func visitUnshared(
        under root: UnsafeMutableRawPointer?, _ visit: ctxvars_visitor, _ argument: UnsafeMutableRawPointer?
    ) -> CInt {
        guard let root else { return 0 }
        var result: CInt = 0
        _ = Content.visitUnsharedEntries(under: root) { key, value in
            // A key or value that a path copy shares has a second reference.
            if isOnly(in: key, EmbedderKeyContent.self) { result = visit(key.pointee.content.object, argument) }
            if result == 0, isOnly(in: value, EmbedderValue.self) { result = value.pointee.visit(visit, argument) }
            return result == 0
        }
        return result
    }

    /// Whether the reference that lies at a place is the only one to its object.
    private static func isOnly<Place, Object: AnyObject>(
        in place: UnsafeMutablePointer<Place>, _ type: Object.Type
    ) -> Bool {
        isOnlyReference(UnsafeRawPointer(place).load(as: UnsafeMutableRawPointer.self), to: type)
    }
}
