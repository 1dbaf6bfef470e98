// SPDX-License-Identifier: Apache-2.0
import InMemoryTracing
import Synchronization
import Tracing

/// Collects what the places of one request see, in one service.
///
/// It is passed from function to function, so that what it tells doesn't depend on the contexts that it is about.
final class Witness: Sendable {
    private let service: String
    private let seen = Mutex<[Hop]>([])

    init(_ service: String) {
        self.service = service
    }

    var hops: [Hop] { seen.withLock { $0 } }

    /// Reads the variables right here, writes a log line and starts a span, and notes what each of the three has.
    func look(_ place: String) {
        let hop = withSpan(place) { span in
            Hop(
                service: service, place: place, variables: .current, logLine: .ofLogLine(place),
                span: Values { span.attributes.get($0)?.text }, traceID: span.context.inMemorySpanContext?.traceID)
        }
        seen.withLock { $0.append(hop) }
    }
}

extension SpanAttribute {
    fileprivate var text: String? {
        if case .string(let text) = self { text } else { nil }
    }
}
