// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import PersistentCollections

/// The map of a context.
typealias ContextValues = HAMT<AnyContextVar, StoredValue>

/// Where a context's values are, whether a frame or a ``Context`` has them.
///
/// What it holds is read, changed and copied here and in `Storage+Changes.swift`. `contextvars_storage` states who may do
/// what at the same time.
typealias Storage = UnsafeMutablePointer<contextvars_storage>

// MARK: - Reading

extension Storage {
    /// Where the value of a variable is; `nil` where it isn't set.
    ///
    /// For the owner, until it changes the storage, and for others under the lock or while they read.
    @inline(__always)
    func place(of variable: AnyContextVar) -> UnsafePointer<StoredValue>? {
        let word = contextvars_storage_values(self)
        if Self.isVersion(word) { return placeInVersion(word, of: variable) }
        if changes(variable) { return UnsafePointer(changedValue) }
        return ContextValues.valuePointer(forKey: variable, root: UnsafeMutableRawPointer(bitPattern: word))
    }

    /// Whether the first word of a storage is the address of a ``Version``, instead of a map's root.
    @inline(__always)
    static func isVersion(_ word: UInt) -> Bool { word & UInt(CONTEXTVARS_PUBLISHED_VERSION) != 0 }

    @inline(never)
    private func placeInVersion(_ word: UInt, of variable: AnyContextVar) -> UnsafePointer<StoredValue>? {
        Version.at(word)._withUnsafeGuaranteedRef { $0.values.valuePointer(forKey: variable) }
    }

    /// The values, with the change in them.
    ///
    /// For the owner, and for others under the lock.
    func values() -> ContextValues {
        let word = contextvars_storage_values(self)
        if Self.isVersion(word) { return Version.at(word)._withUnsafeGuaranteedRef { $0.values } }
        guard let variable = changedVariable else { return map.pointee }
        return values(withChangeOf: variable)
    }

    // (Apart, so that a snapshot of a storage without a change needn't keep registers for it.)
    @inline(never)
    private func values(withChangeOf variable: AnyContextVar) -> ContextValues {
        var values = map.pointee
        values.updateValue(changedValue.pointee, forKey: variable)
        return values
    }

    /// The address of the root of the map, without a reference to it.
    var rootAddress: UnsafeMutableRawPointer? {
        let word = contextvars_storage_values(self)
        if Self.isVersion(word) { return Version.at(word)._withUnsafeGuaranteedRef { $0.values.rootAddress } }
        return UnsafeMutableRawPointer(bitPattern: word)
    }

    /// The values at this moment.
    ///
    /// For any agent that the storage stays for.
    func valuesUnderLock() -> ContextValues {
        withLock { values() }
    }

    /// The value of one variable at this moment.
    ///
    /// For any agent that the storage stays for.
    func value(of variable: AnyContextVar) -> StoredValue? {
        withLock { place(of: variable)?.pointee }
    }

    /// Where the value of one variable comes from at this moment.
    ///
    /// For any agent that the storage stays for.
    func source(of variable: AnyContextVar) -> AnyContextVar.Source {
        withLock {
            if place(of: variable) == nil { return .defaultValue }
            return variablesSetHere().contains(variable) ? .setHere : .inherited
        }
    }

    /// Runs a body that retains what it needs, and changes nothing.
    private func withLock<Result>(_ body: () -> Result) -> Result {
        _ = contextvars_storage_lock(self)
        defer {
            contextvars_retain_barrier()
            contextvars_storage_unlock(self)
        }
        return body()
    }
}

// MARK: - Copying and releasing

extension Storage {
    /// Writes a copy into contents that are empty.
    func copy(into destination: UnsafeMutablePointer<contextvars_contents>, isOwn: Bool) {
        if isOwn { return copyContents(into: destination) }
        withLock { copyContents(into: destination) }
    }

    private func copyContents(into destination: UnsafeMutablePointer<contextvars_contents>) {
        if Self.isVersion(contextvars_storage_values(self)) {
            destination.map.initialize(to: values())
            return
        }
        destination.map.initialize(to: map.pointee)
        guard let variable = changedVariable else { return }
        destination.setChange(of: .passRetained(variable), to: changedValue.pointee)
    }
}

extension UnsafeMutablePointer<contextvars_contents> {
    /// The map, where the contents aren't a ``Version``.
    ///
    /// Invariant: a map is two words, its root and its count, and the empty one is all zero. `StorageTests` checks it.
    @inline(__always)
    var map: UnsafeMutablePointer<ContextValues> {
        UnsafeMutableRawPointer(self).assumingMemoryBound(to: ContextValues.self)
    }

    /// Adds a change to contents that have none.
    ///
    /// Takes over the reference to the variable.
    @inline(__always)
    func setChange(of variable: Unmanaged<AnyContextVar>, to value: consuming StoredValue) {
        pointee.variable = variable.toOpaque()
        changedValue.initialize(to: value)
    }

    /// The value of the changed variable.
    @inline(__always)
    fileprivate var changedValue: UnsafeMutablePointer<StoredValue> {
        UnsafeMutableRawPointer(pointer(to: \.bits)!).assumingMemoryBound(to: StoredValue.self)
    }

    /// Applies the rules for handing over to a copy, in contents that aren't a ``Version`` and that nobody else knows.
    @inline(never)
    func applyRules() {
        var values = map.pointee
        if let variable = pointee.variable {
            let variable = Unmanaged<AnyContextVar>.fromOpaque(variable).takeUnretainedValue()
            values.updateValue(changedValue.pointee, forKey: variable)
        }
        let inherited = InheritanceRule.apply(to: values)
        release()
        pointee = contextvars_contents()
        map.initialize(to: inherited)
    }

    /// Releases everything.
    func release() {
        if Storage.isVersion(pointee.values) {
            Version.at(pointee.values).release()
        } else {
            map.deinitialize(count: 1)
        }
        if let variable = pointee.variable { Unmanaged<AnyContextVar>.fromOpaque(variable).release() }
        changedValue.deinitialize(count: 1)
    }

    /// The same for contexts that are values in one another: there may be too many for a recursion.
    ///
    /// What is deeper than a hundred levels waits until the outermost one has ended.
    func releaseOneAfterTheOther() {
        typealias Left = (contents: contextvars_contents, next: UnsafeMutableRawPointer?)
        let (depth, left) = (contextvars_ending_contexts(), contextvars_left_contents())
        if depth.pointee == 100 {
            let last = UnsafeMutablePointer<Left>.allocate(capacity: 1)
            last.initialize(to: (pointee, left.pointee))
            left.pointee = UnsafeMutableRawPointer(last)
            return
        }
        depth.pointee += 1
        defer { depth.pointee -= 1 }
        release()
        while depth.pointee == 1, let last = left.pointee?.assumingMemoryBound(to: Left.self) {
            left.pointee = last.pointee.next
            withUnsafeMutablePointer(to: &last.pointee.contents) { $0.release() }
            last.deallocate()
        }
    }
}

// MARK: - What it is made of

extension Storage {
    @inline(__always)
    var contents: UnsafeMutablePointer<contextvars_contents> {
        // The first member.
        UnsafeMutableRawPointer(self).assumingMemoryBound(to: contextvars_contents.self)
    }

    @inline(__always)
    var map: UnsafeMutablePointer<ContextValues> { contents.map }

    /// The variable that has another value than in the map.
    @inline(__always)
    var changedVariable: AnyContextVar? {
        contents.pointee.variable.map { Unmanaged<AnyContextVar>.fromOpaque($0).takeUnretainedValue() }
    }

    @inline(__always)
    var changedValue: UnsafeMutablePointer<StoredValue> { contents.changedValue }

    @inline(__always)
    func changes(_ variable: AnyContextVar) -> Bool {
        // As numbers: of optional pointers, the compiler compares more than that.
        UInt(bitPattern: contents.pointee.variable) == UInt(bitPattern: Unmanaged.passUnretained(variable).toOpaque())
    }
}
