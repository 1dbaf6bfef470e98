// SPDX-License-Identifier: Apache-2.0
#if Tools
import ContextTraceFormat
import Foundation

/// Reads traces in both forms.
public enum TraceReader {
    /// Reads a file.
    ///
    /// - Throws: ``ToolError/unreadable(_:_:)`` where it can't be read, ``ToolError/notATrace(_:line:_:)`` where it isn't a
    ///   trace of a version that is known.
    /// - Complexity: O(*n* log *n*) for *n* events.
    public static func read(_ path: String) throws(ToolError) -> Trace {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .unreadable(path, error.localizedDescription)
        }
        return try read(data, path: path)
    }

    /// Reads the content of a file.
    ///
    /// - Parameter path: What errors call the file.
    /// - Throws: ``ToolError/notATrace(_:line:_:)``.
    /// - Complexity: O(*n* log *n*) for *n* events.
    public static func read(_ data: Data, path: String) throws(ToolError) -> Trace {
        // Empty lines are left out, but errors count them.
        let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
            .map { (number: $0.offset + 1, content: $0.element) }
            .filter { !$0.content.isEmpty }
        let header = lines.first.flatMap { try? JSONDecoder().decode(TraceHeader.self, from: $0.content) }
        var trace =
            if let header {
                try read(lines, header, path)
            } else {
                try readChrome(data, path)
            }
        guard trace.header.version == 1 else {
            throw .notATrace(
                path, line: lines.first?.number ?? 1,
                "its version is \(trace.header.version), and this program knows version 1")
        }
        trace.events = inOrder(trace.events)
        let known = Set(trace.lanes.map(\.id))
        let missing = Set(trace.events.map(\.lane)).subtracting(known)
        trace.lanes += missing.sorted().map { TraceLane($0, .thread) }
        return trace
    }

    /// Events of the same time stay in the order of the file.
    private static func inOrder(_ events: [TraceEvent]) -> [TraceEvent] {
        let sorted = events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        return sorted.map(\.element)
    }

    // MARK: - JSON lines

    /// - Parameter lines: The lines that aren't empty; the first one is the header.
    private static func read(
        _ lines: [(number: Int, content: Data)], _ header: TraceHeader, _ path: String
    ) throws(ToolError) -> Trace {
        guard header.format == TraceHeader.formatName else {
            throw .notATrace(path, line: lines[0].number, "its format is '\(header.format)'")
        }
        var trace = Trace(header: header)
        let decoder = JSONDecoder()
        for line in lines.dropFirst() {
            do {
                add(try decoder.decode(Line.self, from: line.content), to: &trace)
            } catch {
                throw .notATrace(path, line: line.number, "\(reason(error))")
            }
        }
        return trace
    }

    private static func add(_ line: Line, to trace: inout Trace) {
        switch line {
        case .event(let event): trace.events.append(event)
        case .lane(let lane): trace.lanes.append(lane)
        case .unknown: break
        }
    }

    /// A line of the format, or the `args` of an event in Chrome's.
    private enum Line: Decodable {
        case event(TraceEvent)
        case lane(TraceLane)
        case unknown

        private enum CodingKeys: String, CodingKey {
            case kind = "k"
            case lane = "l"
            case type, name
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            let kind = try values.decode(String.self, forKey: .kind)
            if kind == "lane" {
                self = .lane(
                    TraceLane(
                        try values.decode(UInt64.self, forKey: .lane),
                        try values.decode(TraceLane.Kind.self, forKey: .type),
                        name: try values.decodeIfPresent(String.self, forKey: .name)))
            } else if TraceEvent.Kind(rawValue: kind) != nil {
                self = .event(try TraceEvent(from: decoder))
            } else {
                self = .unknown
            }
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "'\(context.codingPath.last?.stringValue ?? "?")' has another type"
        case DecodingError.dataCorrupted(let context): context.debugDescription
        default: error.localizedDescription
        }
    }

    // MARK: - Chrome trace JSON

    private struct ChromeTrace: Decodable {
        let traceEvents: [ChromeEvent]
        let otherData: TraceHeader?
    }

    private struct ChromeEvent: Decodable {
        let ph: String
        let pid: UInt64?
        let tid: UInt64?
        let ts: Double?
        let dur: Double?
        let name: String?
        let args: Arguments?
    }

    private struct Arguments: Decodable {
        let name: String?
        let line: Line?

        private enum CodingKeys: String, CodingKey {
            case name
            case kind = "k"
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            name = try? values.decodeIfPresent(String.self, forKey: .name)
            line = values.contains(.kind) ? try Line(from: decoder) : nil
        }
    }

    private static func readChrome(_ data: Data, _ path: String) throws(ToolError) -> Trace {
        let chrome: ChromeTrace
        do {
            chrome = try JSONDecoder().decode(ChromeTrace.self, from: data)
        } catch {
            throw .notATrace(path, line: 1, reason(error))
        }
        guard let header = chrome.otherData, header.format == TraceHeader.formatName else {
            throw .notATrace(path, line: 1, "'otherData' doesn't say that its format is '\(TraceHeader.formatName)'")
        }
        var trace = Trace(header: header)
        for event in chrome.traceEvents {
            if event.ph == "M" {
                guard event.name == "thread_name", let id = event.tid else { continue }
                trace.lanes.append(TraceLane(id, event.pid == 2 ? .task : .thread, name: event.args?.name))
            } else if let line = event.args?.line {
                add(line, to: &trace)
                if event.ph == "X", case .event(let start) = line, start.kind == .entered, let duration = event.dur {
                    guard let nanoseconds = UInt64(exactly: (max(0, duration) * 1000).rounded(.towardZero)),
                        case let (end, false) = start.time.addingReportingOverflow(nanoseconds)
                    else {
                        throw .notATrace(path, line: 1, "the duration \(duration) at \(start.time) is out of range")
                    }
                    trace.events.append(TraceEvent(.left, time: end, lane: start.lane, context: start.context))
                }
            }
        }
        return trace
    }
}
#endif
