import CContextVarsFrames

/// What a context would hold that nobody has needed as an object: the values of another context, and one change of them
/// at most.
///
/// Most contexts are only read: that of a plain `Task { }`, that of a `withValue` around a call. Their frames have a draft
/// in place of a ``Context``. It allocates nothing, where the context and a changed map would allocate twice. The context
/// is made of it when the caller sets a variable.
@usableFromInline
struct Draft {
    // Invariant: five words without padding, of which all zero is an empty draft (`contextvars_frame.draft`).
    // Checked by `DraftTests`.
    var values: ContextValues
    /// The variable that has another value than in `values`; `nil` where none has.
    private(set) var variable: AnyContextVar?
    private(set) var value: StoredValue

    init(_ values: ContextValues) {
        self.values = values
        self.variable = nil
        self.value = StoredValue(0)
    }

    /// The values of the current context with one change.
    init(changing variable: AnyContextVar, to value: StoredValue) {
        self.values = CurrentContext.values(replacing: variable)
        self.variable = variable
        self.value = value
    }

    /// The values with the change in them.
    func changedValues() -> ContextValues {
        guard let variable else { return values }
        var values = values
        values.updateValue(value, forKey: variable)
        return values
    }
}

// MARK: - Drafts in frames

typealias Frame = UnsafeMutablePointer<contextvars_frame>

extension UnsafeMutablePointer<Draft> {
    /// Where the value of a variable is, until the draft changes.
    @inline(__always)
    func placeOfValue(of variable: AnyContextVar) -> UnsafePointer<StoredValue>? {
        if pointee.variable === variable { return UnsafePointer(pointer(to: \.value)!) }
        return pointee.values.valuePointer(forKey: variable)
    }
}

extension Frame {
    /// The frame's context, if it has been made; the frame keeps it as long as it is bound.
    @inline(__always)
    var context: Unmanaged<Context>? {
        contextvars_frame_context(self).map { Unmanaged.fromOpaque($0) }
    }

    @inline(__always)
    var draft: UnsafeMutablePointer<Draft> {
        contextvars_frame_draft(self).assumingMemoryBound(to: Draft.self)
    }

    /// The frame's context, made of its draft if need be.
    ///
    /// For the frame's owner.
    @inline(never)
    func madeContext() -> Unmanaged<Context> {
        context
            ?? make { draft in
                let moved = draft.pointee
                draft.pointee = Draft(ContextValues())
                return moved
            }
    }

    /// The same for a task that borrows the frame.
    ///
    /// It leaves the draft to the owner, who reads it without the lock.
    func madeContextForBorrower() -> Unmanaged<Context> {
        context ?? make { $0.pointee }
    }

    private func make(_ takeDraft: (UnsafeMutablePointer<Draft>) -> Draft) -> Unmanaged<Context> {
        prepareRuntime()
        if let context = contextvars_frame_context_or_lock(self) { return .fromOpaque(context) }
        let taken = takeDraft(draft)
        let context = Context(enteredWith: taken.values)
        let replaced = taken.variable.flatMap { context.exchange(MovingValue(taken.value), for: $0) }
        let reference = Unmanaged.passRetained(context)
        unlock(with: reference)
        // Not before the lock is given back: what a user wrote may run when it ends.
        replaced?.release()
        withExtendedLifetime(taken) {}
        return reference
    }

    /// Gives back the frame's lock, with the context that has been made, if one has.
    private func unlock(with context: Unmanaged<Context>? = nil) {
        contextvars_retain_barrier()
        contextvars_frame_set_context(self, context?.toOpaque())
    }

    /// The values of the frame's context at this moment, with the draft's change put into its map.
    ///
    /// For the frame's owner.
    @inline(never)
    func settledValues() -> ContextValues {
        if let context = contextvars_frame_context_or_lock(self) {
            // A task that borrows the frame has just made it, and left the draft as it was.
            return Unmanaged<Context>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.values }
        }
        let changed = draft.pointee
        draft.pointee = Draft(changed.changedValues())
        unlock()
        withExtendedLifetime(changed) {}
        return draft.pointee.values
    }

    /// The values of the frame's context at this moment.
    ///
    /// For any agent that reaches the frame.
    func snapshotOfValues() -> ContextValues {
        if let context = contextvars_frame_context_or_lock(self) {
            return Unmanaged<Context>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.snapshotOfValues() }
        }
        defer { unlock() }
        return draft.pointee.changedValues()
    }

    /// A draft of what the frame has at this moment.
    ///
    /// For any agent that reaches the frame.
    func snapshotOfDraft() -> Draft {
        if let context = contextvars_frame_context_or_lock(self) {
            return Draft(Unmanaged<Context>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.snapshotOfValues() })
        }
        defer { unlock() }
        return draft.pointee
    }

    /// The value of one variable at this moment.
    ///
    /// For any agent that reaches the frame.
    func storedValue(of variable: AnyContextVar) -> StoredValue? {
        if let context = contextvars_frame_context_or_lock(self) {
            return Unmanaged<Context>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.storedValue(of: variable) }
        }
        defer { unlock() }
        return draft.pointee.variable === variable ? draft.pointee.value : draft.pointee.values[variable]
    }
}
