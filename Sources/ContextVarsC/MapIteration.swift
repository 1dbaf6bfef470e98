// SPDX-License-Identifier: Apache-2.0
// The functions have the names and the documentation that the header gives them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CContextVars
import PersistentCollections

/// A position in a map.
final class MapIterator {
    // Holds no copy of the map beside the iterator's: that would be storage which is shared for nothing.
    var base: EmbedderMap.Content.Iterator

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
