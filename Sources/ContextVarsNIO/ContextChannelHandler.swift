// SPDX-License-Identifier: Apache-2.0
#if NIO
public import ContextVars
public import NIOCore

/// Gives a channel a context, and each request on it its own, for all handlers that come after this one.
///
/// The handlers of a channel run on the thread of its event loop, where no context is current. Behind this handler, they
/// can read and set variables. A request's context is a copy of the channel's, made when the request starts. It is
/// current for all its parts: what a handler sets at the head can be read at the end, and no other request sees it.
///
/// ```swift
/// let server = ContextSnapshot.current      // what all connections start with
/// bootstrap.childChannelInitializer { channel in
///     channel.eventLoop.makeCompletedFuture {
///         let pipeline = channel.pipeline.syncOperations
///         try pipeline.configureHTTPServerPipeline()
///         try pipeline.addHandler(
///             ContextChannelHandler(context: server) { (part: HTTPServerRequestPart) in
///                 switch part {
///                 case .head: .start
///                 case .body: .middle
///                 case .end: .end
///                 }
///             })
///         try pipeline.addHandler(Application())
///     }
/// }
/// ```
///
/// What runs where:
/// - Reads run in the context of the request that they are a part of, or in the channel's where there is no request.
/// - All other inbound events (`channelActive`, `channelReadComplete`, `userInboundEventTriggered`, `errorCaught` and so
///   on) concern the channel, and run in its context.
/// - Outbound events are calls by the code that writes, so they run in its context.
///
/// A handler may cause events while it handles one: it may call `read()` or `fireChannelRead`, or the end of a response may
/// let the next request through. The inner event runs in its own context, and the outer one then continues in its own.
///
/// The contexts are entered as long as they are in use; a `run` elsewhere would throw `ContextError.alreadyEntered`.
///
/// Like most handlers, an instance belongs to one channel, and must be used on its event loop only.
public final class ContextChannelHandler<Inbound>: ChannelInboundHandler, RemovableChannelHandler {
    /// The type that this handler reads: a message, or a part of one.
    public typealias InboundIn = Inbound
    /// The type that the next handler reads: the same.
    public typealias InboundOut = Inbound

    /// Keeps the channel's context entered.
    private let claim: ClaimedContext
    private let channel: ContextOfPieces
    // Of the variables: only the event loop uses them, and no access lasts while other code runs. Checking that at run time
    // would cost as much as a third of a scope.

    /// The request whose start has been read, and whose end hasn't.
    @exclusivity(unchecked) private var request: ContextOfPieces?
    /// How many pieces of requests run, one inside the other.
    @exclusivity(unchecked) private var runningPieces = 0
    /// Requests that ended while one of their pieces ran, perhaps.
    @exclusivity(unchecked) private var ended: [ContextOfPieces] = []
    /// Of data as it comes: made where `Inbound` is known, so that nothing is looked up by type for each read.
    private let partOfRequest: ((NIOAny) -> RequestPart)?

    @usableFromInline
    init(in claimed: ClaimedContext, partOfRequest: ((NIOAny) -> RequestPart)?) {
        claim = claimed
        channel = ContextOfPieces(of: claimed)
        self.partOfRequest = partOfRequest
    }

    deinit {
        request?.end()
    }

    /// Creates a handler that gives a channel one context, in which all its requests run.
    ///
    /// - Parameter context: A `ContextSnapshot`, of which the channel gets a copy, or the `Context` to use, which is
    ///   entered as long as the handler lives. All requests on the channel start with these values, so `.current` is
    ///   wrong if one request opens a channel that others use later, such as a pool's, or a proxy's to its backend. Give
    ///   those `ContextSnapshot()`.
    /// - Throws: `ContextError.alreadyEntered` if a context is entered already. A snapshot never throws.
    /// - Complexity: O(1), and O(1) more for each event.
    @inlinable
    public convenience init<Source: ContextSource>(
        context: Source
    ) throws(Source.EntryError) {
        self.init(in: try context.enter(), partOfRequest: nil)
    }

    /// Creates a handler that gives a channel a context, and each request a copy of it.
    ///
    /// - Parameters:
    ///   - context: A `ContextSnapshot`, of which the channel gets a copy, or the `Context` to use, which is entered as
    ///     long as the handler lives. All requests on the channel start with these values, so `.current` is wrong if
    ///     one request opens a channel that others use later, such as a pool's, or a proxy's to its backend. Give those
    ///     `ContextSnapshot()`.
    ///   - partOfRequest: Says where requests start and end. Called once for each read, on the event loop, in the
    ///     caller's context.
    /// - Throws: `ContextError.alreadyEntered` if a context is entered already. A snapshot never throws.
    /// - Complexity: O(1), and O(1) more for each event.
    @inlinable
    public convenience init<Source: ContextSource>(
        context: Source, partOfRequest: @escaping (Inbound) -> RequestPart
    ) throws(Source.EntryError) {
        self.init(in: try context.enter(), partOfRequest: ofUnwrapped(partOfRequest))
    }

    /// Forwards the read to the next handlers, in the context of the request that the data belongs to.
    ///
    /// The context is chosen, and with it that of the next reads, before the next handlers see the data: they may cause the
    /// next read.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch partOfRequest?(data) {
        case .start:
            let started = channel.copied()
            endRequest()
            request = started
            read(data, in: started, context)
        case .middle:
            guard let request else { return readOfChannel(data, context) }
            read(data, in: request, context)
        case .end:
            guard let ending = request.take() else { return readOfChannel(data, context) }
            read(data, in: ending, context)
            end(ending)
        case .whole:
            endRequest()
            channel.snapshot.run { context.fireChannelRead(data) }
        case nil:
            readOfChannel(data, context)
        }
    }

    private func readOfChannel(_ data: NIOAny, _ context: ChannelHandlerContext) {
        channel.run { context.fireChannelRead(data) }
    }

    private func read(_ data: NIOAny, in request: ContextOfPieces, _ context: ChannelHandlerContext) {
        runningPieces += 1
        request.run { context.fireChannelRead(data) }
        runningPieces -= 1
        if runningPieces == 0, !ended.isEmpty { endLate() }
    }

    @inline(never)
    private func endLate() {
        for request in ended { request.end() }
        ended = []
    }

    private func endRequest() {
        guard let request = request.take() else { return }
        end(request)
    }

    private func end(_ request: ContextOfPieces) {
        if runningPieces > 0 {
            ended.append(request)
        } else {
            request.end()
        }
    }

    /// Lets go of a request whose end never came.
    public func handlerRemoved(context: ChannelHandlerContext) {
        endRequest()
    }
}

@available(*, unavailable)
extension ContextChannelHandler: Sendable {}

/// Applies a function of messages to data as it arrives.
///
/// Not in the initializer: there the compiler (6.3) doesn't specialise `unwrapInboundIn`, which then takes as long as a scope.
@inlinable
func ofUnwrapped<Inbound>(_ partOfRequest: @escaping (Inbound) -> RequestPart) -> (NIOAny) -> RequestPart {
    { data in partOfRequest(ContextChannelHandler<Inbound>.unwrapInboundIn(data)) }
}

// MARK: - Events of the channel

extension ContextChannelHandler {
    /// Passes the event on, in the channel's context.
    public func channelRegistered(context: ChannelHandlerContext) {
        channel.run { context.fireChannelRegistered() }
    }

    /// Passes the event on, in the channel's context.
    public func channelUnregistered(context: ChannelHandlerContext) {
        channel.run { context.fireChannelUnregistered() }
    }

    /// Passes the event on, in the channel's context.
    public func channelActive(context: ChannelHandlerContext) {
        channel.run { context.fireChannelActive() }
    }

    /// Passes the event on, in the channel's context.
    public func channelInactive(context: ChannelHandlerContext) {
        channel.run { context.fireChannelInactive() }
    }

    /// Passes the event on, in the channel's context.
    public func channelReadComplete(context: ChannelHandlerContext) {
        channel.run { context.fireChannelReadComplete() }
    }

    /// Passes the event on, in the channel's context.
    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        channel.run { context.fireChannelWritabilityChanged() }
    }

    /// Passes the event on, in the channel's context.
    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        channel.run { context.fireUserInboundEventTriggered(event) }
    }

    /// Passes the error on, in the channel's context.
    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        channel.run { context.fireErrorCaught(error) }
    }
}
#endif
