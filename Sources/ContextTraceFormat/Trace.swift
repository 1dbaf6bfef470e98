// SPDX-License-Identifier: Apache-2.0
/// A recording: a header, lanes, and events in the order of time.
public struct Trace: Hashable, Sendable {
    /// The header, which names the format and the program, and counts the events that are missing.
    public var header: TraceHeader
    /// The tasks and threads.
    public var lanes: [TraceLane]
    /// The events, in the order of time.
    public var events: [TraceEvent]

    /// Creates a trace.
    public init(header: TraceHeader = TraceHeader(), lanes: [TraceLane] = [], events: [TraceEvent] = []) {
        self.header = header
        self.lanes = lanes
        self.events = events
    }
}

/// The first line of a trace in JSON lines, and `otherData` of one in Chrome trace JSON.
public struct TraceHeader: Hashable, Sendable, Codable {
    /// The name of the format, in every header.
    public static let formatName = "contextvars-trace"

    /// ``formatName``.
    public var format: String
    /// The version of the format: 1.
    ///
    /// A reader refuses a newer one.
    public var version: Int
    /// The number of events that the recorder had no room for.
    public var dropped: UInt64
    /// The name of the program.
    public var program: String?

    /// Creates a header of this version.
    public init(dropped: UInt64 = 0, program: String? = nil) {
        self.format = Self.formatName
        self.version = 1
        self.dropped = dropped
        self.program = program
    }
}

/// A task or a thread, in which events happen one after the other.
public struct TraceLane: Hashable, Sendable {
    /// The kinds of lanes.
    public enum Kind: String, Sendable, Codable {
        /// A task.
        case task
        /// A thread.
        case thread
    }

    /// The number by which events refer to the lane.
    public var id: UInt64
    /// Whether the lane is a task or a thread.
    public var kind: Kind
    /// The name of the task or thread, if it has one.
    public var name: String?

    /// Creates a lane.
    public init(_ id: UInt64, _ kind: Kind, name: String? = nil) {
        self.id = id
        self.kind = kind
        self.name = name
    }
}
