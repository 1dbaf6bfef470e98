// SPDX-License-Identifier: Apache-2.0
#if Tools
import ContextTraceFormat

/// A trace as the page reads it: a column for each property of events, and each text once.
struct PageData {
    private var strings: [String: Int] = [:]
    private var texts: [String] = []

    /// The JSON object, safe inside of a `script` element.
    private(set) var json = ""

    init(_ trace: Trace) {
        let events = trace.events
        var columns: [(String, [Int])] = [
            ("k", events.map { TraceEvent.Kind.allCases.firstIndex(of: $0.kind)! }),
            ("t", events.map { Int(clamping: $0.time) }),
            ("l", events.map { Int(clamping: $0.lane) }),
            ("c", events.map { PageData.number($0.context) }),
            ("p", events.map { PageData.number($0.parent) }),
            ("f", events.map { PageData.number($0.flow) }),
        ]
        let properties: [(String, (TraceEvent) -> String?)] = [
            ("n", \.variable), ("v", \.value), ("via", \.via), ("peer", \.peer), ("at", \.place),
        ]
        for (name, property) in properties {
            columns.append((name, events.map { intern(property($0)) }))
        }
        let lanes = trace.lanes.map { lane in
            "[\(Int(clamping: lane.id)),\(lane.kind == .task ? 1 : 0),\(intern(lane.name))]"
        }
        var parts = [
            "\"kinds\":[\(TraceEvent.Kind.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ","))]",
            "\"dropped\":\(trace.header.dropped)",
            "\"program\":\(PageData.quoted(trace.header.program ?? ""))",
            "\"lanes\":[\(lanes.joined(separator: ","))]",
            "\"strings\":[\(texts.map(PageData.quoted).joined(separator: ","))]",
        ]
        parts += columns.map { name, values in "\"\(name)\":[\(values.map(String.init).joined(separator: ","))]" }
        json = "{\(parts.joined(separator: ",\n"))}"
    }

    /// The number of a context or flow, which begins at 1 in the page; 0 for none.
    private static func number(_ number: UInt64?) -> Int {
        number.map { Int(clamping: min($0, .max - 1) + 1) } ?? 0
    }

    /// The number of a text, from 1; 0 for none.
    private mutating func intern(_ text: String?) -> Int {
        guard let text else { return 0 }
        if let number = strings[text] { return number }
        texts.append(text)
        strings[text] = texts.count
        return texts.count
    }

    /// A JSON string without `<`, which could end the element.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "<", "\u{0}"..<" ", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
#endif
