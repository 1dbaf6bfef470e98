// SPDX-License-Identifier: Apache-2.0
extension Trace {
    /// The trace in JSON lines.
    ///
    /// - Complexity: Linear in the number of events.
    public func jsonLines() -> [UInt8] {
        var bytes: [UInt8] = []
        func write(_ object: JSONObject) {
            bytes += object.finished
            bytes.append(UInt8(ascii: "\n"))
        }
        write(header.object)
        for lane in lanes { write(lane.object) }
        for event in events { write(event.object) }
        return bytes
    }
}

extension TraceHeader {
    var object: JSONObject {
        var object = JSONObject()
        object.add("format", format)
        object.add("version", UInt64(version))
        object.add("dropped", dropped)
        object.add("program", program)
        return object
    }
}

extension TraceLane {
    fileprivate var object: JSONObject {
        var object = JSONObject()
        object.add("k", "lane")
        object.add("l", id)
        object.add("type", kind.rawValue)
        object.add("name", name)
        return object
    }
}

extension TraceEvent {
    var object: JSONObject {
        var object = JSONObject()
        object.add("k", kind.rawValue)
        object.add("t", time)
        object.add("l", lane)
        object.add("c", context)
        object.add("p", parent)
        object.add("f", flow)
        object.add("var", variable)
        object.add("val", value)
        object.add("via", via)
        object.add("peer", peer)
        object.add("at", place)
        return object
    }
}
