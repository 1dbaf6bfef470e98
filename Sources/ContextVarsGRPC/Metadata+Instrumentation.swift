// SPDX-License-Identifier: Apache-2.0
#if GRPC
import ContextVarsTracing
import GRPCCore
import Tracing

/// Writes what an instrument sends into metadata, as far as gRPC allows it there.
struct MetadataInjector: Injector {
    func inject(_ value: String, forKey key: String, into metadata: inout Metadata) {
        // One entry that is not allowed would fail the whole RPC.
        guard key == BaggageInstrument.headerName || isKeyOfString(key),
            value.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return }
        metadata.replaceOrAddString(value, forKey: key)
    }

    /// Whether gRPC lets an application use this key, for a value that is a string.
    private func isKeyOfString(_ key: String) -> Bool {
        let key = key.lowercased()
        return !key.isEmpty && !key.hasPrefix("grpc-") && !key.hasSuffix("-bin") && key.utf8.allSatisfy(isPartOfKey)
    }

    private func isPartOfKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }
}

/// Reads what an instrument has received from metadata.
struct MetadataExtractor: Extractor {
    func extract(key: String, from metadata: Metadata) -> String? {
        // A list may be spread over several entries; a key that allows one value has none that is valid then.
        var values = metadata[stringValues: key].makeIterator()
        guard var list = values.next() else { return nil }
        while let value = values.next() { list += "," + value }
        return list
    }
}
#endif
