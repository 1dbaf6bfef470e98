#if Tracing
/// Whether some bytes are a `token` of HTTP (RFC 9110, 5.6.2): what a key must be.
func isToken(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty
        && bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "a")...UInt8(ascii: "z"): true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
}

func checkIsToken(_ key: String) throws(BaggageError) {
    guard isToken(key.utf8) else { throw .invalidKey(key) }
}
#endif
