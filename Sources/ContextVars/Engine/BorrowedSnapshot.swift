// SPDX-License-Identifier: Apache-2.0
extension UnsafePointer<ContextSnapshot> {
    /// Runs code in a new context that starts with the values of a snapshot, which must stay until that context ends.
    ///
    /// No reference to the values is on the stack while the code runs. So nothing leaks where the code never returns, as in
    /// a thread that ends by `pthread_exit`, and the context is ended from within. Task-local values that the snapshot carries
    /// are the exception: their bindings are lost then.
    package func runBorrowing(_ body: () -> Void) {
        guard pointee.captured == nil else { return pointee.run(body) }
        let scope = Scope.copying(pointee, isSynchronous: true)
        body()
        scope.end()
    }
}
