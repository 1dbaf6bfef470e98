// SPDX-License-Identifier: Apache-2.0
extension Trace {
    /// The trace as Chrome trace JSON, for Perfetto and for the page.
    ///
    /// - Complexity: Linear in the number of events.
    public func chromeTrace() -> [UInt8] {
        var bytes = Array(#"{"displayTimeUnit":"ns","otherData":"#.utf8)
        bytes += header.object.finished
        bytes += #","traceEvents":["#.utf8
        var isFirst = true
        func write(_ object: JSONObject) {
            bytes += isFirst ? "\n".utf8 : ",\n".utf8
            bytes += object.finished
            isFirst = false
        }
        for kind in [TraceLane.Kind.thread, .task] {
            var arguments = JSONObject()
            arguments.add("name", kind == .thread ? "Threads" : "Tasks")
            var object = JSONObject()
            object.add("ph", "M")
            object.add("name", "process_name")
            object.add("pid", kind.process)
            object.add("args", arguments)
            write(object)
        }
        var processes: [UInt64: UInt64] = [:]
        for lane in lanes {
            processes[lane.id] = lane.kind.process
            write(lane.chromeObject)
        }
        for event in events {
            write(event.chromeObject(process: processes[event.lane] ?? TraceLane.Kind.thread.process))
        }
        bytes += "\n]}\n".utf8
        return bytes
    }
}

extension TraceLane.Kind {
    /// The process whose threads the lanes are in a Chrome trace.
    fileprivate var process: UInt64 { self == .thread ? 1 : 2 }
}

extension TraceLane {
    fileprivate var chromeObject: JSONObject {
        var arguments = JSONObject()
        arguments.add("name", name ?? "\(kind.rawValue) \(id)")
        var object = JSONObject()
        object.add("ph", "M")
        object.add("name", "thread_name")
        object.add("pid", kind.process)
        object.add("tid", id)
        object.add("args", arguments)
        return object
    }
}

extension TraceEvent {
    fileprivate func chromeObject(process: UInt64) -> JSONObject {
        var object = JSONObject()
        let phase = phase
        object.add("ph", phase)
        object.add("name", title)
        object.add("cat", category)
        object.add("pid", process)
        object.add("tid", lane)
        object.addThousandth("ts", time)
        if phase == "i" { object.add("s", "t") }
        if phase == "s" || phase == "f" { object.add("id", flow ?? 0) }
        if phase == "f" { object.add("bp", "e") }
        object.add("args", self.object)
        return object
    }

    private var phase: String {
        switch kind {
        case .entered: "B"
        case .left: "E"
        case .handover: "s"
        case .arrived: "f"
        case .made, .copied, .set, .reset, .received, .sent, .lost: "i"
        }
    }

    private var category: String {
        switch kind {
        case .made, .copied, .entered, .left: "context"
        // The two ends of an arrow must have the same category and name.
        case .handover, .arrived: "handover"
        case .set, .reset: "variable"
        case .received, .sent: "service"
        case .lost: "loss"
        }
    }

    private var title: String {
        switch kind {
        case .entered, .left: "context \(context ?? 0)"
        case .handover, .arrived: "handover"
        // (A snapshot is no context itself.)
        case .made, .copied: (context ?? parent).map { "\(kind.rawValue) context \($0)" } ?? kind.rawValue
        case .set, .reset, .lost: "\(kind.rawValue) \(variable ?? "?")"
        case .received, .sent: "\(kind.rawValue) \(peer ?? "values")"
        }
    }
}
