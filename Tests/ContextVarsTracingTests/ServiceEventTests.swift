// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVars
import ContextVarsDiagnostics
import ContextVarsTracing
import Testing
import Tracing

/// What a recording has of values that go from one service to another.
@Suite struct ServiceEventTests {
    // A recording is of a whole process, so this test has one of its own.
    @Test func `Values that go out and come in are recorded, where there are any`() async {
        await #expect(processExitsWith: .success) {
            let (tenant, marker) = (ContextVar<String?>("tenant"), ContextVar("service event marker", default: 0))
            let instrument = BaggageInstrument([try BaggageEntry("tenant", tenant)])
            ContextRecorder.start()
            try Context().run {
                try marker.set(1)
                #expect(instrument.headers().isEmpty)
                _ = instrument.serviceContext(of: [:])
                try tenant.set("acme")
                let headers = instrument.headers()
                let received = ContextSnapshot().receiving(from: instrument.serviceContext(of: headers))
                #expect(received[tenant] == "acme")
            }
            let events = ContextRecorder.trace().events
            let context = try #require(events.first { $0.variable == marker.name }?.context)
            let kinds = events.filter { $0.context == context }.map(\.kind)
            #expect(kinds == [.made, .entered, .set, .set, .sent, .received, .left])
        }
    }
}
#endif
