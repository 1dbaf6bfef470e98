// SPDX-License-Identifier: Apache-2.0
#if Tools
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Serves one page on the loopback interface, to programs of this machine.
///
/// Requests whose `Host` isn't the loopback interface are refused, so that no page of the web can read the trace through a
/// name of its own that leads here.
public struct PageServer: ~Copyable, Sendable {
    private let socket: Int32
    private let page: [UInt8]
    private let patience: Duration
    /// The port.
    public let port: UInt16

    /// The address of the page.
    public var address: String { "http://127.0.0.1:\(port)/" }

    /// Binds a port.
    ///
    /// - Parameters:
    ///   - port: The port; 0 for one that is free.
    ///   - patience: How long one request may take to arrive; others wait meanwhile.
    /// - Throws: ``ToolError/cannotServe(_:)``.
    public init(page: String, port: UInt16 = 0, patience: Duration = .seconds(5)) throws(ToolError) {
        self.page = Array(page.utf8)
        self.patience = patience
        socket = System.socket()
        guard socket >= 0 else { throw PageServer.failure("socket") }
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { [socket] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && listen(socket, 16) == 0
                    && getsockname(socket, address, &length) == 0
            }
        }
        guard isBound else {
            let failure = PageServer.failure("port \(port)")
            close(socket)
            throw failure
        }
        self.port = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        close(socket)
    }

    private static func failure(_ what: String) -> ToolError {
        .cannotServe("\(what): \(String(cString: strerror(errno)))")
    }

    /// Answers requests, one after the other, for as long as `goesOn` says so before each.
    ///
    /// - Throws: `ToolError.cannotServe` where the system gives no more connections.
    public func serve(while goesOn: () -> Bool = { true }) throws {
        while goesOn() {
            let connection = accept(socket, nil, nil)
            if connection < 0 {
                // An interrupt, or a client that has gone away again.
                if [EINTR, ECONNABORTED].contains(errno) { continue }
                throw PageServer.failure("a connection")
            }
            answer(readHead(connection), on: connection)
            close(connection)
        }
    }

    /// Bounds the next call on a connection by what is left until a deadline.
    ///
    /// With a time of its own for each call, a client that sends or takes a byte now and then keeps the others out.
    ///
    /// - Returns: Whether any time is left.
    private func bound(_ option: Int32, of connection: Int32, until deadline: ContinuousClock.Instant) -> Bool {
        let rest = ContinuousClock.now.duration(to: deadline)
        // A timeout of 0 would be none.
        guard rest >= .microseconds(1) else { return false }
        let (seconds, attoseconds) = rest.components
        var timeout = timeval()
        timeout.tv_sec = .init(seconds)
        timeout.tv_usec = .init(attoseconds / 1_000_000_000_000)
        return setsockopt(connection, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size)) == 0
    }

    /// A request up to the empty line; at most 16 KiB of it, and what has arrived when patience ends.
    private func readHead(_ connection: Int32) -> String {
        let deadline = ContinuousClock.now + patience
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 16_384, bound(SO_RCVTIMEO, of: connection, until: deadline) {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            bytes += buffer[..<count]
            let head = String(decoding: bytes, as: UTF8.self)
            if head.contains("\r\n\r\n") { return head }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether a `Host` header is the loopback interface with this port, which clients leave out if it is that of HTTP.
    public static func isLocal(host: String, port: UInt16) -> Bool {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        let name = String(host.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
        return ["127.0.0.1", "localhost"].contains { name == "\($0):\(port)" || port == 80 && name == $0 }
    }

    private func answer(_ head: String, on connection: Int32) {
        let lines = head.split(separator: "\r\n")
        let request = lines.first?.split(separator: " ") ?? []
        let host = lines.first { $0.lowercased().hasPrefix("host:") }?.dropFirst(5) ?? ""
        guard PageServer.isLocal(host: String(host), port: port) else {
            return send("403 Forbidden", "text/plain", Array("for this machine only\n".utf8), on: connection)
        }
        guard request.count == 3, ["GET", "HEAD"].contains(request[0]) else {
            return send("405 Method Not Allowed", "text/plain", [], on: connection)
        }
        guard request[1] == "/" || request[1].hasPrefix("/?") else {
            return send("404 Not Found", "text/plain", Array("the page is at /\n".utf8), on: connection)
        }
        send("200 OK", "text/html; charset=utf-8", page, isHead: request[0] == "HEAD", on: connection)
    }

    private func send(
        _ status: String, _ type: String, _ body: [UInt8], isHead: Bool = false, on connection: Int32
    ) {
        let head = """
            HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\nCache-Control: no-store\r
            X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n
            """
        let bytes = Array(head.utf8) + (isHead ? [] : body)
        var sent = 0
        // A page may have many megabytes, and a browser be busy with the first of them.
        let deadline = ContinuousClock.now + patience * 6
        while sent < bytes.count, bound(SO_SNDTIMEO, of: connection, until: deadline) {
            let count = bytes[sent...].withUnsafeBytes { System.send(connection, $0) }
            guard count > 0 else { return }
            sent += count
        }
    }
}

/// What the platforms' C libraries call differently.
private enum System {
    static func socket() -> Int32 {
        #if canImport(Darwin)
        Darwin.socket(AF_INET, SOCK_STREAM, 0)
        #elseif canImport(Musl)
        Musl.socket(AF_INET, SOCK_STREAM, 0)
        #else
        Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
    }

    /// Sends without the signal that a closed connection would raise.
    static func send(_ connection: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Darwin)
        var yes: Int32 = 1
        setsockopt(connection, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
        return Darwin.send(connection, bytes.baseAddress, bytes.count, 0)
        #elseif canImport(Musl)
        return Musl.send(connection, bytes.baseAddress, bytes.count, MSG_NOSIGNAL)
        #else
        return Glibc.send(connection, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        #endif
    }
}
#endif
