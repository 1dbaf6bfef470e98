// SPDX-License-Identifier: Apache-2.0
#if NIO
/// Which part of a request a channel has read: what a ``ContextChannelHandler`` asks.
public enum RequestPart: Sendable {
    /// The first part: from here on, the request has its own context.
    case start
    /// A part that is neither the first nor the last one.
    case middle
    /// The last part: with it, the request's context is let go.
    case end
    /// All of a request at once.
    case whole
}
#endif
