// SPDX-License-Identifier: Apache-2.0
#if Tracing
/// Whether some bytes are a `token` of HTTP: what a key must be.
func isToken(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { $0.isIn(.token) }
}

@usableFromInline
func checkIsToken(_ key: String) throws(BaggageError) {
    guard isToken(key.utf8) else { throw .invalidKey(key) }
}
#endif
