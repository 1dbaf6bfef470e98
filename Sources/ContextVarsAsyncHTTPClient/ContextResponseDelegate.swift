// SPDX-License-Identifier: Apache-2.0
#if AsyncHTTPClient
import AsyncHTTPClient
import ContextVars
import NIOCore
import NIOHTTP1

extension HTTPClientResponseDelegate {
    /// A delegate that calls this one with the values of a snapshot.
    ///
    /// The client calls delegates on an event loop, where no context is current.
    ///
    /// ```swift
    /// let task = client.execute(
    ///     request: request, delegate: CountingDelegate().inContext(.current))
    /// ```
    ///
    /// - Complexity: O(1).
    public func inContext(_ snapshot: ContextSnapshot) -> ContextResponseDelegate<Self> {
        ContextResponseDelegate(base: self, snapshot: snapshot)
    }
}

/// A delegate that calls another one with the values of a snapshot, made by
/// ``AsyncHTTPClient/HTTPClientResponseDelegate/inContext(_:)``.
///
/// Each callback has its own context, so what one sets isn't seen by the next. Keep such values in the delegate.
public final class ContextResponseDelegate<Base: HTTPClientResponseDelegate>: HTTPClientResponseDelegate {
    /// The type that the base makes of a response.
    public typealias Response = Base.Response

    /// The delegate that does the work.
    public let base: Base
    private let snapshot: ContextSnapshot

    init(base: Base, snapshot: ContextSnapshot) {
        self.base = base
        self.snapshot = snapshot
    }

    /// Forwards to the base.
    public func didSendRequestHead(task: HTTPClient.Task<Response>, _ head: HTTPRequestHead) {
        snapshot.run { base.didSendRequestHead(task: task, head) }
    }

    /// Forwards to the base.
    public func didSendRequestPart(task: HTTPClient.Task<Response>, _ part: IOData) {
        snapshot.run { base.didSendRequestPart(task: task, part) }
    }

    /// Forwards to the base.
    public func didSendRequest(task: HTTPClient.Task<Response>) {
        snapshot.run { base.didSendRequest(task: task) }
    }

    /// Forwards to the base.
    public func didVisitURL(task: HTTPClient.Task<Response>, _ request: HTTPClient.Request, _ head: HTTPResponseHead) {
        snapshot.run { base.didVisitURL(task: task, request, head) }
    }

    /// Forwards to the base.
    public func didReceiveHead(task: HTTPClient.Task<Response>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        snapshot.run { base.didReceiveHead(task: task, head) }
    }

    /// Forwards to the base.
    public func didReceiveBodyPart(task: HTTPClient.Task<Response>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        snapshot.run { base.didReceiveBodyPart(task: task, buffer) }
    }

    /// Forwards to the base.
    public func didReceiveError(task: HTTPClient.Task<Response>, _ error: any Error) {
        snapshot.run { base.didReceiveError(task: task, error) }
    }

    /// Forwards to the base.
    ///
    /// - Throws: The error that the base throws.
    public func didFinishRequest(task: HTTPClient.Task<Response>) throws -> Response {
        try snapshot.run { () throws in try base.didFinishRequest(task: task) }
    }
}
#endif
