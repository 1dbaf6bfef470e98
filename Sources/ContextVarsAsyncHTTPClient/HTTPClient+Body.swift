// SPDX-License-Identifier: Apache-2.0
#if AsyncHTTPClient
import AsyncHTTPClient
import ContextVars

extension HTTPClient.Body {
    /// The same body, written in a new context with the values of a snapshot.
    ///
    /// The client calls the closure of a streamed body on an event loop, where no context is current.
    ///
    /// ```swift
    /// request.body = .stream(contentLength: nil) { writer in
    ///     writer.write(.byteBuffer(report(for: Request.tenant.get())))
    /// }.inContext(.current)
    /// ```
    ///
    /// - Complexity: O(1).
    public func inContext(_ snapshot: ContextSnapshot) -> HTTPClient.Body {
        var body = self
        body.stream = snapshot.wrap(stream)
        return body
    }
}
#endif
