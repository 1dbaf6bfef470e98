// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import Hummingbird
import Tracing

extension ResponseBody {
    /// Whether user code runs when the body is written, which could miss its context.
    var isWrittenByCode: Bool { !isBuffer && !isEmpty }

    /// The body, written in a context with the snapshot's values.
    ///
    /// The server writes a body after the handler and all middleware have returned, outside of their contexts.
    ///
    /// - Parameter serviceContext: That of the handler; where there is none, the server has none either.
    func written(in snapshot: ContextSnapshot, _ serviceContext: ServiceContext?) -> ResponseBody {
        ResponseBody(contentLength: contentLength) { writer in
            // One closure at a time has the writer: this one waits until the one below has ended.
            nonisolated(unsafe) let writer = writer
            guard let serviceContext else { return try await snapshot.run { try await write(writer) } }
            try await snapshot.run {
                try await ServiceContext.withValue(serviceContext) { try await write(writer) }
            }
        }
    }
}
#endif
