#if Hummingbird
import ContextVars
import Hummingbird
import Tracing

extension ResponseBody {
    /// The body, written in a context with the snapshot's values.
    ///
    /// The server writes a body after the handler and all middleware have returned, outside of their contexts.
    func written(in snapshot: ContextSnapshot, _ serviceContext: ServiceContext) -> ResponseBody {
        // Nothing to write, so no code that could miss its context.
        if contentLength == 0 { return self }
        return ResponseBody(contentLength: contentLength) { writer in
            // One closure at a time has the writer: this one waits until the one below has ended.
            nonisolated(unsafe) let writer = writer
            try await snapshot.run {
                try await ServiceContext.withValue(serviceContext) { try await write(writer) }
            }
        }
    }
}
#endif
