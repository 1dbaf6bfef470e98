// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A server of HTTP/1.1 at a free port of this machine, with a thread for each connection.
///
/// It answers every request with the request's body or, where there is none, with its path; `/redirect` leads to
/// `/redirected`. Connections stay open, so that requests of many places share them.
final class HTTPServer: Sendable {
    let port: UInt16
    private let listener: Int32

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let error = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) | listen(listener, 128) | getsockname(listener, $0, &length)
            }
        }
        guard error == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [listener] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { Connection(connection).serve() }
            }
        }
    }

    func url(_ path: String) -> URL { URL(string: "http://127.0.0.1:\(port)\(path)")! }
}

/// One connection of a client.
private struct Connection {
    private let stream: UnsafeMutablePointer<FILE>
    private let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        stream = fdopen(descriptor, "r")
    }

    /// Answers requests until the client closes the connection.
    func serve() {
        defer { fclose(stream) }
        while let requestLine = readLine(), let answer = answer(to: requestLine) {
            guard
                answer.withUnsafeBytes({ send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }) > 0
            else { return }
        }
    }

    private func answer(to requestLine: String) -> Data? {
        let path = requestLine.split(separator: " ").dropFirst().first.map(String.init) ?? "/"
        var (length, isChunked) = (0, false)
        while let line = readLine(), !line.isEmpty {
            let field = line.lowercased()
            if field.hasPrefix("content-length:") { length = Int(field.dropFirst(15).filter(\.isNumber)) ?? 0 }
            if field.hasPrefix("transfer-encoding: chunked") { isChunked = true }
            if field.hasPrefix("expect: 100-continue") {
                let goOn = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
                send(descriptor, goOn, goOn.count, Int32(MSG_NOSIGNAL))
            }
        }
        guard var body = isChunked ? readChunks() : read(length) else { return nil }
        if body.isEmpty { body = Data(path.utf8) }
        let status = path == "/redirect" ? "302 Found\r\nLocation: /redirected" : "200 OK"
        return Data("HTTP/1.1 \(status)\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
    }

    private func readChunks() -> Data? {
        var body = Data()
        while let line = readLine(), let length = Int(line, radix: 16) {
            guard let chunk = read(length), readLine() != nil else { return nil }
            if length == 0 { return body }
            body += chunk
        }
        return nil
    }

    private func read(_ length: Int) -> Data? {
        var data = Data(count: length)
        return data.withUnsafeMutableBytes { fread($0.baseAddress, 1, length, stream) } == length ? data : nil
    }

    /// A line, without its end.
    private func readLine() -> String? {
        var line: [UInt8] = []
        while true {
            let byte = getc(stream)
            if byte == EOF { return nil }
            if byte == 10 { return String(decoding: line.last == 13 ? line.dropLast() : line[...], as: UTF8.self) }
            line.append(UInt8(byte))
        }
    }
}
