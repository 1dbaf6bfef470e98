// SPDX-License-Identifier: Apache-2.0
import CContextVars
import ContextVars

/// A value that only an embedder understands, in the type that the engine's variables need.
final class EmbedderValue: @unchecked Sendable {
    // Invariant behind `@unchecked`: never changed; the header asks embedders for objects that any thread may release.

    /// The embedder's object, retained; nil only in a variable without a default.
    let object: UnsafeMutableRawPointer?
    /// The object that stands for the variable: retained by values, not by the variable itself.
    let owner: UnsafeMutableRawPointer?
    let embedder: Embedder
    private let retainsOwner: Bool

    private init(
        _ object: UnsafeMutableRawPointer?, owner: UnsafeMutableRawPointer?, _ embedder: Embedder,
        retainsOwner: Bool
    ) {
        self.object = object
        self.owner = owner
        self.embedder = embedder
        self.retainsOwner = retainsOwner
        if let object { embedder.retain(object) }
        if let owner, retainsOwner { embedder.retain(owner) }
    }

    /// A value to set a variable to.
    convenience init(_ object: UnsafeMutableRawPointer, of variable: EmbedderVariable) {
        let owner = variable.defaultValue.owner
        self.init(object, owner: owner, variable.defaultValue.embedder, retainsOwner: true)
    }

    /// What a variable itself knows: its default, its owner and its embedder.
    convenience init(
        default object: UnsafeMutableRawPointer?, owner: UnsafeMutableRawPointer?, _ embedder: Embedder
    ) {
        self.init(object, owner: owner, embedder, retainsOwner: false)
    }

    deinit {
        if let object { embedder.release(object) }
        if let owner, retainsOwner { embedder.release(owner) }
    }

    /// Gives the object to the caller of the C interface, retained, and returns whether there is one.
    func write(to place: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Bool {
        guard let object else { return false }
        if let place {
            embedder.retain(object)
            place.pointee = object
        }
        return true
    }
}

/// A variable of the C interface.
///
/// `defaultValue` holds what belongs to the variable; it need not have an object.
typealias EmbedderVariable = ContextVar<EmbedderValue>
