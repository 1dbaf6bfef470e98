// SPDX-License-Identifier: Apache-2.0
extension HAMT: CustomReflectable {
    /// A mirror that shows the entries, like a dictionary's.
    public var customMirror: Mirror {
        Mirror(self, unlabeledChildren: Array(self), displayStyle: .dictionary)
    }
}
