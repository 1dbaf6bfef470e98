// SPDX-License-Identifier: Apache-2.0
#if Tools
import ContextTraceFormat
import ContextVarsTooling
import Foundation
import Testing

@Suite struct TraceReaderTests {
    @Test func `Both forms are read as they were written`() throws {
        let trace = ExampleTrace.make(events: 2_000, seed: 7)
        #expect(try TraceReader.read(Data(trace.jsonLines()), path: "a.jsonl") == trace)
        #expect(try TraceReader.read(Data(trace.chromeTrace()), path: "a.json") == trace)
    }

    @Test func `Events are put in order, lanes may come late or never, and unknown lines are left out`() throws {
        let text = """
            {"format":"contextvars-trace","version":1,"dropped":4}
            {"k":"left","t":9,"l":7,"c":3}
            {"k":"entered","t":5,"l":7,"c":3,"future":true}
            {"k":"sampled","t":6,"l":7}
            {"k":"entered","t":6,"l":8,"c":4}
            {"k":"lane","l":7,"type":"task","name":"GET"}

            """
        let trace = try TraceReader.read(Data(text.utf8), path: "a.jsonl")
        #expect(trace.events.map(\.time) == [5, 6, 9])
        #expect(trace.lanes == [TraceLane(7, .task, name: "GET"), TraceLane(8, .thread)])
        #expect(trace.header.dropped == 4)
    }

    @Test func `Empty lines are left out`() throws {
        let header = #"{"format":"contextvars-trace","version":1,"dropped":0}"#
        let text = "\n\(header)\n\n{\"k\":\"entered\",\"t\":5,\"l\":7,\"c\":3}\n\n"
        let trace = try TraceReader.read(Data(text.utf8), path: "a.jsonl")
        #expect(trace.events == [TraceEvent(.entered, time: 5, lane: 7, context: 3)])
    }

    @Test func `A Chrome span with a duration is entered and left`() throws {
        let text = """
            {"otherData":{"format":"contextvars-trace","version":1,"dropped":0},"traceEvents":[
            {"ph":"X","name":"context 3","pid":2,"tid":7,"ts":1.5,"dur":2,"args":{"k":"entered","t":1500,"l":7,"c":3}}]}
            """
        let trace = try TraceReader.read(Data(text.utf8), path: "a.json")
        #expect(
            trace.events == [
                TraceEvent(.entered, time: 1_500, lane: 7, context: 3),
                TraceEvent(.left, time: 3_500, lane: 7, context: 3),
            ])
    }

    @Test(arguments: [
        ("", 1), ("nothing of the kind", 1), ("{\"traceEvents\":[]}", 1),
        ("{\"format\":\"other\",\"version\":1,\"dropped\":0}", 1),
        ("{\"format\":\"contextvars-trace\",\"version\":2,\"dropped\":0}", 1),
        ("{\"format\":\"contextvars-trace\",\"version\":1,\"dropped\":0}\n{\"k\":\"set\",\"t\":-1,\"l\":1}", 2),
        (
            "{\"format\":\"contextvars-trace\",\"version\":1,\"dropped\":0}\n{\"k\":\"set\",\"t\":1,\"l\":1}\n{\"k\":\"set\"",
            3
        ),
        // Empty lines are left out, and count.
        ("\n{\"format\":\"other\",\"version\":1,\"dropped\":0}", 2),
        ("\n\n{\"format\":\"contextvars-trace\",\"version\":2,\"dropped\":0}\n", 3),
        ("{\"format\":\"contextvars-trace\",\"version\":1,\"dropped\":0}\n\n{\"k\":\"set\"", 3),
    ])
    func `What isn't a trace is refused with its line`(text: String, line: Int) throws {
        let error = #expect(throws: ToolError.self) { try TraceReader.read(Data(text.utf8), path: "a.json") }
        guard case .notATrace("a.json", line, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [("1", "1e300"), ("18446744073709551615", "1"), ("1", "18446744073709551.615")])
    func `A duration that is out of range is refused`(time: String, duration: String) throws {
        let text = """
            {"otherData":{"format":"contextvars-trace","version":1,"dropped":0},"traceEvents":[
            {"ph":"X","ts":1,"dur":\(duration),"args":{"k":"entered","t":\(time),"l":7,"c":3}}]}
            """
        let error = #expect(throws: ToolError.self) { try TraceReader.read(Data(text.utf8), path: "a.json") }
        guard case .notATrace("a.json", _, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `An example has what it promises, and is the same for equal seeds`() {
        let trace = ExampleTrace.make(events: 100_000)
        #expect(trace.events.count >= 100_000)
        #expect(trace == ExampleTrace.make(events: 100_000))
        let flows = Set(trace.events.filter { $0.kind == .handover }.compactMap(\.flow))
        let ends = trace.events.filter { $0.kind == .arrived || $0.kind == .lost }
        #expect(ends.allSatisfy { flows.contains($0.flow ?? 0) })
        #expect(Set(trace.events.map(\.kind)).isSuperset(of: [.made, .entered, .left, .set, .sent, .received, .lost]))
        #expect(zip(trace.events, trace.events.dropFirst()).allSatisfy { $0.time <= $1.time })
    }
}
#endif
