// SPDX-License-Identifier: Apache-2.0
import CContextVarsDiagnostics
import ContextTraceFormat
import Foundation

extension Recording {
    /// The current contents of the rings, as a trace; threads go on writing meanwhile.
    static func trace(since start: UInt64) -> Trace {
        var contents = RingContents()
        withUnsafeMutablePointer(to: &contents) { contents in
            contextvars_rings_visit(
                { contents, ring in contents!.assumingMemoryBound(to: RingContents.self).pointee.read(ring) }, contents)
        }
        let events = contents.events.sorted { $0.event.time < $1.event.time }
        Symbols.prepare(Set(events.flatMap { $0.event.place.addresses }))
        let context = TraceContext(start: start, names: VariableNames.all, runs: contents.runs)
        let dropped = contents.dropped + contextvars_events_without_ring()
        let program = CommandLine.arguments.first.map { URL(fileURLWithPath: $0).lastPathComponent }
        return Trace(
            header: TraceHeader(dropped: dropped, program: program), lanes: contents.sortedLanes,
            events: events.flatMap { $0.traceEvents(in: context) })
    }

    /// What the events of one trace have in common.
    fileprivate struct TraceContext {
        let start: UInt64
        let names: [UInt32: String]
        /// The flow of each run of a snapshot, by the flow with which that was taken.
        let runs: [UInt64: [UInt64]]
    }

    /// What was copied out of rings.
    private struct RingContents {
        var events: [(RecordedEvent)] = []
        var lanes: [UInt64: TraceLane] = [:]
        var dropped: UInt64 = 0

        var sortedLanes: [TraceLane] { lanes.values.sorted { $0.id < $1.id } }

        /// Like ``TraceContext/runs``: of those whose beginning is there.
        var runs: [UInt64: [UInt64]] {
            let taken = Set(events.lazy.filter { $0.kind == .snapshot }.map(\.event.flow))
            let runs = events.lazy.filter { $0.kind == .ran && taken.contains($0.event.other) }.map(\.event)
            return Dictionary(grouping: runs, by: \.other).mapValues { $0.map(\.flow) }
        }

        mutating func read(_ ring: UnsafeMutablePointer<contextvars_ring>) {
            let written = contextvars_ring_written(ring)
            let (first, capacity) = (ring.pointee.first, ring.pointee.mask + 1)
            let oldest = max(first, written > capacity ? written - capacity : 0)
            dropped += ring.pointee.lost + (oldest - first)
            let threadName = withUnsafeBytes(of: ring.pointee.name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            lanes[ring.pointee.lane] = TraceLane(
                ring.pointee.lane, .thread, name: threadName.isEmpty ? nil : threadName)
            var event = contextvars_event()
            var last: Int?
            for number in oldest..<written {
                guard contextvars_ring_read(ring, number, &event) else {
                    dropped += 1
                    last = nil
                    continue
                }
                switch Int(event.kind) {
                case CONTEXTVARS_EVENT_TEXT:
                    if let last { events[last].text += event.text }
                case CONTEXTVARS_EVENT_LANE:
                    lanes[event.lane] = TraceLane(event.lane, .task, name: String(decoding: event.text, as: UTF8.self))
                default:
                    last = events.count
                    events.append(RecordedEvent(event: event))
                    if lanes[event.lane] == nil { lanes[event.lane] = TraceLane(event.lane, event.laneKind) }
                }
            }
        }
    }
}

/// An event of a ring with its text.
private struct RecordedEvent {
    let event: contextvars_event
    var text: [UInt8] = []

    var kind: Recording.Kind? { Recording.Kind(rawValue: event.kind) }

    func traceEvents(in trace: Recording.TraceContext) -> [TraceEvent] {
        guard let kind else { return [] }
        let start = trace.start
        let text = text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
        let place = Symbols.site(of: event.place)?.description
        func make(
            _ kind: TraceEvent.Kind, parent: UInt64? = nil, flow: UInt64? = nil, variable: Bool = false,
            value: String? = nil, via: String? = nil
        ) -> TraceEvent {
            TraceEvent(
                kind, time: event.time > start ? event.time - start : 0, lane: event.lane,
                context: event.context.nonzero, parent: parent, flow: flow,
                variable: variable ? trace.names[event.variable] ?? "?" : nil, value: value, via: via, place: place)
        }
        let (parent, flow) = (event.other.nonzero, event.flow.nonzero)
        switch kind {
        case .boundNew: return [make(.made, parent: parent), make(.entered)]
        case .entered: return [make(.entered)]
        case .left: return [make(.left)]
        case .copiedForTask: return [make(.made, parent: parent), make(.handover, flow: flow, via: "Task")]
        case .adopted: return [make(.arrived, flow: flow), make(.entered)]
        case .made: return [make(.made, parent: parent)]
        case .snapshot:
            var snapshot = make(.copied, parent: parent)
            snapshot.context = nil
            // One arrow for each run.
            return [snapshot]
                + trace.runs[event.flow, default: []].map { run in
                    var start = make(.handover, flow: run, via: "ContextSnapshot")
                    start.context = parent
                    return start
                }
        case .ran: return trace.runs[event.other] == nil ? [] : [make(.arrived, flow: flow)]
        case .set: return [make(.set, variable: true, value: text)]
        case .reset: return [make(.reset, variable: true, value: text)]
        case .handedOver: return [make(.handover, flow: flow, via: text)]
        case .arrived: return [make(.arrived, flow: flow)]
        case .received: return [make(.received)]
        case .sent: return [make(.sent)]
        case .lost: return [make(.lost, flow: flow, variable: true)]
        }
    }
}

extension contextvars_event {
    fileprivate var laneKind: TraceLane.Kind { contextvars_lane_is_thread(lane) ? .thread : .task }

    fileprivate var place: Place {
        withUnsafeBytes(of: places) { bytes in Place(bytes.bindMemory(to: UInt.self).prefix { $0 != 0 }) }
    }

    fileprivate var text: [UInt8] { withUnsafeBytes(of: places) { Array($0.prefix(Int(length))) } }
}

extension UInt64 {
    fileprivate var nonzero: UInt64? { self == 0 ? nil : self }
}
