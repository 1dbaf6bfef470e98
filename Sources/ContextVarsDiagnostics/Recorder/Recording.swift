// SPDX-License-Identifier: Apache-2.0
import CContextVarsDiagnostics
import CContextVarsFrames
import ContextVars

/// Writes what happens into the ring of the thread where it happens.
enum Recording {
    /// What an event in a ring says.
    ///
    /// Some become two events of a trace.
    enum Kind: UInt8 {
        /// A new context was bound: made and entered.
        case boundNew
        /// An existing context was entered.
        case entered
        case left
        /// The runtime has made a copy for a new task: made and handed over.
        case copiedForTask
        /// That task has used the copy for the first time: arrived and entered.
        case adopted
        /// A program has made a context.
        case made
        /// A program has taken a snapshot.
        case snapshot
        /// A snapshot runs: arrived.
        case ran
        case set
        case reset
        case handedOver
        case arrived
        case received
        case sent
        case lost
    }

    typealias Frame = UnsafeMutablePointer<contextvars_frame>
    typealias Storage = UnsafeMutablePointer<contextvars_storage>

    static func bound(_ frame: Frame, outer: Frame?) {
        let storage = contextvars_frame_storage(frame)
        let own = frame.pointer(to: \.own)!
        // A snapshot doesn't know where its values came from.
        let isCopyOfOuter = own.pointee.flags & UInt8(CONTEXTVARS_LENT_VARIABLE) != 0
        let context = contextvars_storage_identity(storage)
        arrive(in: own, context: context)
        write(
            storage == own ? .boundNew : .entered, context: context,
            other: isCopyOfOuter ? identity(of: outer) : 0)
    }

    static func adopted(_ frame: Frame) {
        let context = contextvars_storage_identity(contextvars_frame_storage(frame))
        write(.adopted, context: context, flow: flow(ofTaskWith: context))
    }

    static func ending(_ frame: Frame) {
        let owner = contextvars_frame_owner(frame) & ~contextvars_agent(CONTEXTVARS_COVERED)
        write(.left, agent: owner, context: contextvars_storage_identity(contextvars_frame_storage(frame)))
    }

    static func copied(_ source: Storage, to copy: Storage) {
        let context = contextvars_storage_identity(copy)
        write(
            .copiedForTask, context: context, other: contextvars_storage_identity(source),
            flow: flow(ofTaskWith: context))
    }

    static func taken(_ made: Storage, from source: Storage?) {
        write(
            .made, context: contextvars_storage_identity(made), other: identity(of: source))
    }

    static func snapshotTaken(root: UInt, from source: Storage?) {
        let number = Observation.newFlow()
        contextvars_note_snapshot(root, number)
        write(.snapshot, other: identity(of: source), flow: flow(of: number))
    }

    /// A snapshot with some values changed leads back to where the first one was taken.
    static func snapshotDerived(root: UInt, from original: UInt) {
        contextvars_note_snapshot(root, contextvars_noted_snapshot(original))
    }

    static func changed(_ variable: AnyContextVar, in storage: Storage, isReset: Bool) {
        let isPrintable = variable.diagnosticRules.contains(.isPrintable)
        write(
            isReset ? .reset : .set, context: contextvars_storage_identity(storage), variable: variable,
            text: isPrintable ? printedValue(of: variable, in: storage) : nil)
    }

    @inline(never)
    private static func printedValue(of variable: AnyContextVar, in storage: Storage) -> String? {
        Observation.value(of: variable, in: storage).flatMap { PrintedValue.of(variable, $0) }
    }

    static func lost(_ variable: AnyContextVar) {
        write(.lost, flow: HandOver.current.map { flow(of: $0.flow) } ?? 0, variable: variable)
    }

    static func handedOver(_ number: UInt64, via name: String, at place: Place? = nil) {
        let storage = contextvars_look_and_reach().storage
        write(
            .handedOver, context: identity(of: storage), flow: flow(of: number), text: name, place: place)
    }

    /// The event follows when the work has its context.
    static func arrived(_ number: UInt64) { contextvars_arriving_flow().pointee = flow(of: number) }

    static func exchanged(isSent: Bool) {
        write(isSent ? .sent : .received, context: identity(of: contextvars_look_and_reach().storage))
    }

    /// Work has its context now: by a handover that has been told, by the one that the thread runs, or as what a snapshot
    /// runs.
    private static func arrive(in storage: Storage, context: UInt64) {
        let arriving = contextvars_arriving_flow()
        if arriving.pointee != 0 {
            write(.arrived, context: context, flow: arriving.pointee)
            arriving.pointee = 0
            return
        }
        if let handOver = HandOver.current, handOver.values != nil, handOver.arrive() {
            return write(.arrived, context: context, flow: flow(of: handOver.flow))
        }
        // A snapshot lends its map; so does an outer context, but to a scope that changes a variable.
        guard storage.pointee.flags & UInt8(CONTEXTVARS_LENT) == UInt8(CONTEXTVARS_LENT_MAP) else { return }
        let number = contextvars_noted_snapshot(storage.pointee.contents.values)
        guard number != 0 else { return }
        write(.ran, context: context, other: flow(of: number), flow: flow(of: Observation.newFlow()))
    }

    // Written out, here and below: the closures of `map` aren't inlined, and cost an event a third of its price.

    private static func identity(of frame: Frame?) -> UInt64 {
        if let frame { contextvars_storage_identity(contextvars_frame_storage(frame)) } else { 0 }
    }

    private static func identity(of storage: Storage?) -> UInt64 {
        if let storage { contextvars_storage_identity(storage) } else { 0 }
    }

    // Handovers of tasks are told apart by the context, all others by a number.
    private static func flow(ofTaskWith context: UInt64) -> UInt64 { context << 1 }
    private static func flow(of number: UInt64) -> UInt64 { number << 1 | 1 }

    private static func write(
        _ kind: Kind, agent: contextvars_agent? = nil, context: UInt64 = 0, other: UInt64 = 0, flow: UInt64 = 0,
        variable: AnyContextVar? = nil, text: String? = nil, place: Place? = nil
    ) {
        if let variable, variable.noteOnce() { VariableNames.note(variable) }
        var facts = contextvars_facts(
            kind: kind.rawValue, variable: variable?.identifyingNumber ?? 0,
            agent: agent ?? contextvars_current_agent(), context: context, other: other, flow: flow,
            places: nil, text: nil, length: 0)
        guard let text else { return contextvars_record(&facts) }
        text.withCString { bytes in
            facts.text = bytes
            facts.length = text.utf8.count
            guard let place else { return contextvars_record(&facts) }
            (place.addresses + [0]).withUnsafeBufferPointer { places in
                facts.places = places.baseAddress
                contextvars_record(&facts)
            }
        }
    }
}

/// The names of variables, by number: a ring has the numbers.
enum VariableNames {
    private static let names = Locked<[UInt32: String]>([:])
    /// A program that makes variables without end has only so many names kept.
    private static let limit = 100_000

    static func note(_ variable: AnyContextVar) {
        names.withLock { names in
            if names.count < limit { names[variable.identifyingNumber] = variable.name }
        }
    }

    static var all: [UInt32: String] { names.withLock { $0 } }
}
