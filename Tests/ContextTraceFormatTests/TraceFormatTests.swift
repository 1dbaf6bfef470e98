// SPDX-License-Identifier: Apache-2.0
import ContextTraceFormat
import Foundation
import Testing

@Suite struct TraceFormatTests {
    private let trace = Trace(
        header: TraceHeader(dropped: 3, program: "server"),
        lanes: [TraceLane(1, .thread, name: "loop \"1\""), TraceLane(7, .task)],
        events: [
            TraceEvent(.entered, time: 1_200, lane: 7, context: 3, place: "Server/Handler.swift:41"),
            TraceEvent(.set, time: 1_300, lane: 7, context: 3, variable: "request.id", value: "r-17\n\u{1}\\é"),
            TraceEvent(.handover, time: 1_500, lane: 7, context: 3, flow: 12, via: "DispatchQueue.async"),
            TraceEvent(.arrived, time: 1_900, lane: 1, context: 5, flow: 12),
            TraceEvent(.lost, time: 2_001, lane: 1, flow: 13, variable: "request.id"),
            TraceEvent(.left, time: 2_600, lane: 7, context: 3),
        ])

    @Test func `JSON lines begin with the header, and each line is an object`() throws {
        let lines = String(decoding: trace.jsonLines(), as: UTF8.self).split(separator: "\n")
        #expect(lines[0] == #"{"format":"contextvars-trace","version":1,"dropped":3,"program":"server"}"#)
        #expect(lines[1] == #"{"k":"lane","l":1,"type":"thread","name":"loop \"1\""}"#)
        #expect(lines[3] == #"{"k":"entered","t":1200,"l":7,"c":3,"at":"Server/Handler.swift:41"}"#)
        #expect(lines.count == 9)
        for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    }

    @Test func `An event is decoded from its line`() throws {
        let lines = String(decoding: trace.jsonLines(), as: UTF8.self).split(separator: "\n").dropFirst(3)
        let events = try lines.map { try JSONDecoder().decode(TraceEvent.self, from: Data($0.utf8)) }
        #expect(events == trace.events)
    }

    @Test func `A Chrome trace has spans, arrows and names in the processes of threads and tasks`() throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(trace.chromeTrace())) as? [String: Any])
        #expect((object["otherData"] as? [String: Any])?["format"] as? String == "contextvars-trace")
        let events = try #require(object["traceEvents"] as? [[String: Any]])
        #expect(events.map { $0["ph"] as? String } == ["M", "M", "M", "M", "B", "i", "s", "f", "i", "E"])
        #expect(events[4]["ts"] as? Double == 1.2)
        #expect(events[8]["ts"] as? Double == 2.001)
        #expect(events[4]["pid"] as? Int == 2)
        #expect(events[7]["pid"] as? Int == 1)
        // The two ends of an arrow are found by name, category and number.
        for key in ["name", "cat"] { #expect(events[6][key] as? String == events[7][key] as? String) }
        #expect(events[6]["id"] as? Int == 12)
        #expect(events[7]["id"] as? Int == 12)
    }
}
