import PersistentCollections
import Synchronization

/// The values of some variables, in which code can run: `contextvars.Context` of PEP 567.
///
/// A context is an object with an identity. While code runs in it (``run(_:)-7vyiv``, or a task that has it),
/// ``ContextVar/set(_:)`` changes it. ``copy()`` takes O(1) time, whatever the number of variables; afterwards neither
/// sees the other's changes.
///
/// ```swift
/// let context = Context()
/// try context.run {
///     try Request.id.set("a7")
/// }
/// print(context.contains(Request.id))  // true
/// ```
///
/// A context can be entered only once at a time; a second `run` throws ``ContextError/alreadyEntered``. Reading one
/// (subscripts, iteration, ``copy()``, `==`) is safe from any thread, at any time.
public final class Context: @unchecked Sendable {
    // Invariants behind `@unchecked`:
    // - `entered` is true while one agent (a task, a thread or a `ThreadState`) has the context entered, its owner.
    // - `values` is written by the owner only, under `lock`. The owner reads it without the lock, everybody else with.
    // - The map is changed in place only under `lock` and where nobody else holds its nodes: a reader that keeps the
    //   map takes its reference under `lock`, which makes the nodes shared. (`SpinLock.withLock` sees to it that it does so
    //   in optimised code.)
    // `@exclusivity(unchecked)`: these rules imply what the run-time checks would check, at a tenth of the price of `get`.
    @exclusivity(unchecked)
    private(set) var values: ContextValues
    private let lock = SpinLock()
    private let entered = Atomic<Bool>(false)
    private let number = Atomic<UInt64>(0)

    /// Creates an empty context.
    ///
    /// - Complexity: O(1).
    public init() {
        self.values = ContextValues()
    }

    /// Creates a context with values that are shared until either side changes.
    init(_ values: ContextValues) {
        self.values = values
    }

    /// Creates a context that the caller owns from the start, until `unclaim()`.
    convenience init(enteredWith values: ContextValues) {
        self.init(values)
        entered.store(true, ordering: .relaxed)
    }

    /// A new context with the same values, of which neither sees the other's changes.
    ///
    /// - Complexity: O(1).
    public func copy() -> Context {
        Context(snapshotOfValues())
    }
}

/// The map under a context.
typealias ContextValues = HAMT<AnyContextVar, StoredValue>

// MARK: - Values, for the engine

extension Context {
    /// The values at this moment.
    ///
    /// For any thread.
    func snapshotOfValues() -> ContextValues {
        lock.withLock { values }
    }

    /// The value of one variable at this moment.
    ///
    /// For any thread.
    func storedValue(of variable: AnyContextVar) -> StoredValue? {
        lock.withLock { values[variable] }
    }

    /// Sets a variable, or unsets it with `nil`, and returns what it had.
    ///
    /// For the owner. Takes over the new value's reference; the caller has to release the old one's.
    @inline(__always)
    func exchange(_ newValue: MovingValue?, for variable: AnyContextVar) -> MovingValue? {
        lock.lock()
        defer { lock.unlock() }
        if let newValue, let place = values.valueToChange(forKey: variable) { return newValue.exchange(in: place) }
        return changeMap(newValue, for: variable)
    }

    @inline(never)
    private func changeMap(_ newValue: MovingValue?, for variable: AnyContextVar) -> MovingValue? {
        guard let newValue else { return values.removeValue(forKey: variable).map { MovingValue($0) } }
        return values.updateValue(newValue.takeStored(), forKey: variable).map { MovingValue($0) }
    }
}

// MARK: - Being entered

extension Context {
    /// Whether something runs in the context at this moment.
    var isEntered: Bool { entered.load(ordering: .relaxed) }

    /// Claims the context for the caller, who becomes its owner until ``unclaim()``.
    @usableFromInline
    func claim() throws(ContextError) {
        // Acquire: what the last owner wrote.
        if entered.exchange(true, ordering: .acquiring) { throw .alreadyEntered(self) }
    }

    func unclaim() {
        entered.store(false, ordering: .releasing)
    }
}

// MARK: - Identity

extension Context: Identifiable {
    /// What tells one context from all others of the process, also after its end.
    ///
    /// Tokens hold it.
    public struct ID: Hashable, Sendable {
        let number: UInt64
    }

    /// The context's identity.
    ///
    /// - Complexity: O(1).
    public var id: ID {
        // Given out on demand: most contexts are copies for tasks that never ask.
        let known = number.load(ordering: .relaxed)
        if known != 0 { return ID(number: known) }
        let (exchanged, original) = number.compareExchange(
            expected: 0, desired: Self.nextNumber(), ordering: .relaxed)
        return ID(number: exchanged ? number.load(ordering: .relaxed) : original)
    }

    private static let lastNumber = Atomic<UInt64>(0)

    private static func nextNumber() -> UInt64 {
        lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
    }
}
