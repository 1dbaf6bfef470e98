// SPDX-License-Identifier: Apache-2.0
// The functions have the names and the documentation that the header gives them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CContextVars
import PersistentCollections

/// A map of the C interface: a persistent map and the embedder of its keys.
final class EmbedderMap: Sendable {
    typealias Content = HAMT<EmbedderKey, EmbedderValue>

    let content: Content
    let embedder: Embedder

    init(_ content: Content, _ embedder: Embedder) {
        self.content = content
        self.embedder = embedder
    }
}

@c @implementation
public func ctxvars_map_new(_ embedder: OpaquePointer) -> OpaquePointer {
    handle(EmbedderMap(HAMT(), embedder.object()))
}

@c @implementation
public func ctxvars_map_count(_ map: OpaquePointer) -> Int {
    map.object(as: EmbedderMap.self).content.count
}

@c @implementation
public func ctxvars_map_get(
    _ map: OpaquePointer, _ key: UnsafeMutableRawPointer, _ value: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> CInt {
    let map: EmbedderMap = map.object()
    return answer { () throws(CallbackFailure) in
        let found = try EmbedderKey.withProbe(for: key, map.embedder) { map.content.value(forKey: $0) }
        return found?.write(to: value) ?? false
    }
}

@c @implementation
public func ctxvars_map_set(
    _ map: OpaquePointer, _ key: UnsafeMutableRawPointer, _ value: UnsafeMutableRawPointer,
    _ result: UnsafeMutablePointer<OpaquePointer?>
) -> CInt {
    let map: EmbedderMap = map.object()
    do {
        let content = try EmbedderKey.withProbe(for: key, map.embedder) { key in
            map.content.value(forKey: key)?.object == value
                ? nil : map.content.inserting(EmbedderValue(value, map.embedder), forKey: key)
        }
        result.pointee = handle(content.map { EmbedderMap($0, map.embedder) } ?? map)
        return CTXVARS_OK.rawValue
    } catch {
        return CTXVARS_CALLBACK_FAILED.rawValue
    }
}

@c @implementation
public func ctxvars_map_remove(
    _ map: OpaquePointer, _ key: UnsafeMutableRawPointer, _ result: UnsafeMutablePointer<OpaquePointer?>
) -> CInt {
    let map: EmbedderMap = map.object()
    return answer { () throws(CallbackFailure) in
        let content = try EmbedderKey.withProbe(for: key, map.embedder) { map.content.removingValue(forKey: $0) }
        let hasRemoved = content.count < map.content.count
        result.pointee = handle(hasRemoved ? EmbedderMap(content, map.embedder) : map)
        return hasRemoved
    }
}

/// Not `HAMT.==`, which knows no equality that fails: each key of one map becomes a probe in the other.
@c @implementation
public func ctxvars_map_equal(_ left: OpaquePointer, _ right: OpaquePointer) -> CInt {
    let (left, right) = (left.object(as: EmbedderMap.self), right.object(as: EmbedderMap.self))
    return answer { () throws(CallbackFailure) in
        if left.content.isIdentical(to: right.content) { return true }
        guard left.content.count == right.content.count else { return false }
        var entries = left.content.makeIterator()
        while let (key, value) = entries.next() {
            let key = key.content
            let found = try EmbedderKey.withProbe(for: key.object, hash: key.hash, key.embedder) {
                right.content.value(forKey: $0)
            }
            guard let found, try value.isEqual(to: found) else { return false }
        }
        return true
    }
}

/// What the C side gets for a question that may fail.
private func answer(_ question: () throws(CallbackFailure) -> Bool) -> CInt {
    do {
        return try question() ? 1 : 0
    } catch {
        return CTXVARS_CALLBACK_FAILED.rawValue
    }
}

extension EmbedderValue {
    /// A value of a map.
    convenience init(_ object: UnsafeMutableRawPointer, _ embedder: Embedder) {
        self.init(default: object, owner: nil, embedder)
    }
}
