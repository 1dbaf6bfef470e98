// SPDX-License-Identifier: Apache-2.0
/// Something that happened to a context, as recorded in a trace.
///
/// # The format
///
/// A trace is a header and a list of events in the order of time. It has two forms with the same content:
///
/// **JSON lines** (`.jsonl`). The first line is the ``TraceHeader``; each other line is one event or one lane, compact,
/// with the short keys below. Lanes may come anywhere, also after events that mention them. Unknown keys are ignored, and so
/// are lines whose `k` isn't known, so that newer recorders can be read.
///
///     {"format":"contextvars-trace","version":1,"dropped":0,"clock":"ns"}
///     {"k":"lane","l":7,"type":"task","name":"GET /orders"}
///     {"k":"entered","t":1200,"l":7,"c":3,"at":"Server/Handler.swift:41"}
///     {"k":"set","t":1300,"l":7,"c":3,"var":"request.id","val":"r-17"}
///     {"k":"handover","t":1500,"l":7,"c":3,"f":12,"via":"DispatchQueue.async"}
///     {"k":"arrived","t":1900,"l":2,"c":5,"f":12}
///     {"k":"lost","t":2400,"l":4,"f":13,"var":"request.id"}
///     {"k":"left","t":2600,"l":7,"c":3}
///
/// | key | meaning |
/// |---|---|
/// | `k` | the kind: ``Kind`` |
/// | `t` | nanoseconds since the recorder was started |
/// | `l` | the lane: the task or thread where it happened |
/// | `c` | the context |
/// | `p` | of `made` and `copied`: the context that the values are from |
/// | `f` | the flow: one handover and its arrival have the same number; `lost` has that of the handover that didn't carry |
/// | `var`, `val` | the variable's name, and its value where the variable is printable |
/// | `via` | what handed over: `Task`, `DispatchQueue.async`, `ContextSnapshot`, `context:`, … |
/// | `peer` | of `sent` and `received`: the other service, where the recorder knows it |
/// | `at` | the place in the source, `Module/File.swift:line` |
///
/// **Chrome trace JSON** (`.json`), which Perfetto and `chrome://tracing` open too: an object with `traceEvents`, and the
/// header under `otherData`. Threads are the threads of process 1, tasks those of process 2; `ts` is in microseconds.
///
/// | kind | `ph` | also |
/// |---|---|---|
/// | `entered`, `left` | `B`, `E` | `name` is `context 3` |
/// | `handover`, `arrived` | `s`, `f` with `bp: e` | `id` is the flow |
/// | all others | `i` with `s: t` | `cat` is `context`, `variable`, `service` or `loss` |
/// | lanes | `M`, `thread_name` | |
///
/// Its `args` have the keys above, `k` and `t` in nanoseconds among them, so nothing is lost on the way back. A reader also
/// takes spans `X` with a duration, as an `entered` and a `left`.
public struct TraceEvent: Hashable, Sendable {
    /// The kinds of events.
    public enum Kind: String, Sendable, CaseIterable {
        /// A context was made: empty, by `copy()` or `copyContext()`, or for a task.
        case made
        /// The values of a context were copied as a snapshot, which is no context itself.
        case copied
        /// A context became current in the lane.
        case entered
        /// The context that was current in the lane no longer is.
        case left
        /// A variable got a value.
        case set
        /// A variable got its previous value back.
        case reset
        /// A context was handed over to another task, thread or callback.
        case handover
        /// A context that was handed over has reached another lane.
        case arrived
        /// Values came in from another service.
        case received
        /// Values went out to another service.
        case sent
        /// A variable was read or set where no context was current. Where it is known which handover came without one,
        /// the flow is that of the handover.
        case lost
    }

    /// The kind of event.
    public var kind: Kind
    /// Nanoseconds since the recorder was started.
    public var time: UInt64
    /// The task or thread where it happened: ``TraceLane/id``.
    public var lane: UInt64
    /// The context.
    public var context: UInt64?
    /// The context from which a made or copied one has its values.
    public var parent: UInt64?
    /// The number that a handover has in common with its arrival, or with the loss that it led to.
    public var flow: UInt64?
    /// The name of a variable.
    public var variable: String?
    /// The value of a printable variable.
    public var value: String?
    /// The function or type that handed a context over.
    public var via: String?
    /// The service that values came from or went to, where the recorder knows it.
    public var peer: String?
    /// The place in the source.
    public var place: String?

    /// Creates an event.
    public init(
        _ kind: Kind, time: UInt64, lane: UInt64, context: UInt64? = nil, parent: UInt64? = nil, flow: UInt64? = nil,
        variable: String? = nil, value: String? = nil, via: String? = nil, peer: String? = nil, place: String? = nil
    ) {
        self.kind = kind
        self.time = time
        self.lane = lane
        self.context = context
        self.parent = parent
        self.flow = flow
        self.variable = variable
        self.value = value
        self.via = via
        self.peer = peer
        self.place = place
    }
}

extension TraceEvent: Codable {
    private enum CodingKeys: String, CodingKey {
        case kind = "k"
        case time = "t"
        case lane = "l"
        case context = "c"
        case parent = "p"
        case flow = "f"
        case variable = "var"
        case value = "val"
        case via, peer
        case place = "at"
    }
}

extension TraceEvent.Kind: Codable {}
