// SPDX-License-Identifier: Apache-2.0
#if NIO
/// The part of a request that a channel has read, for a ``ContextChannelHandler``.
public enum RequestPart: Sendable {
    /// The first part: from here on, the request has its own context.
    case start
    /// A part that is neither the first nor the last one.
    case middle
    /// The last part: after it, the request's context is released.
    case end
    /// A whole request at once.
    case whole
}
#endif
