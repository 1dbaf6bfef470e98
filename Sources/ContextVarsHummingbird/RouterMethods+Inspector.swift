// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVarsDiagnostics
import HTTPTypes
import Hummingbird
import NIOCore

/// Who may see the contexts of a process.
public enum InspectorAudience: Sendable {
    /// Callers on this machine, according to their connection, that ask for `localhost` or a loopback address.
    ///
    /// A proxy on this machine counts, whoever its client is, unless it passes on the name that the client asked for.
    case thisMachine
    /// Everybody who can reach the server.
    case everybody
}

extension RouterMethods {
    /// Adds a route that lists the contexts which are current in the process, and starts `ContextInspector`.
    ///
    /// ```swift
    /// router.addContextInspector()
    /// ```
    /// ```sh
    /// curl http://127.0.0.1:8080/debug/contexts
    /// ```
    ///
    /// The list is a `LiveReport`, as text or, for a request that accepts `application/json`, as JSON. It has the values of
    /// variables that are declared printable, and only the names of all others.
    ///
    /// Only a request context that conforms to `RemoteAddressRequestContext` knows where a request comes from. With any
    /// other, such as `BasicRequestContext`, nobody counts as a caller on this machine.
    ///
    /// - Parameters:
    ///   - path: The path of the route.
    ///   - audience: Who may see the list. Others get the status 404.
    /// - Returns: The router.
    /// - Complexity: O(1); for each request O(*n*) for *n* contexts. Like other methods of a router, it mustn't be called
    ///   from two threads at once.
    @discardableResult
    public func addContextInspector(
        at path: RouterPath = "/debug/contexts", for audience: InspectorAudience = .thisMachine
    ) -> Self {
        ContextInspector.start()
        return get(path) { request, context in
            let address = (context as? any RemoteAddressRequestContext)?.remoteAddress
            let isOfThisMachine = address?.isLoopback == true && request.isAddressedToThisMachine
            guard audience == .everybody || isOfThisMachine else { throw HTTPError(.notFound) }
            return Response(listingContextsFor: request)
        }
    }
}

extension Request {
    /// Whether the request was made to a loopback name. (A page of another site may resolve its own name to this machine.)
    fileprivate var isAddressedToThisMachine: Bool {
        guard let authority = head.authority else { return true }
        let isBracketed = authority.first == "["
        let host = isBracketed ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        return host == "localhost" || (try? SocketAddress(ipAddress: String(host), port: 0))?.isLoopback == true
    }
}

extension Response {
    fileprivate init(listingContextsFor request: Request) {
        let report = ContextInspector.live()
        let wantsJSON = request.headers[.accept]?.contains("application/json") == true
        self.init(
            status: .ok,
            headers: [
                .contentType: wantsJSON ? "application/json" : "text/plain; charset=utf-8", .cacheControl: "no-store",
            ],
            body: ResponseBody(
                byteBuffer: wantsJSON ? ByteBuffer(bytes: report.json) : ByteBuffer(string: "\(report)\n")))
    }
}

extension SocketAddress {
    /// Whether it is an address of this machine itself, or a socket in the file system.
    fileprivate var isLoopback: Bool {
        switch self {
        case .unixDomainSocket: true
        case .v4: ipAddress?.hasPrefix("127.") == true
        case .v6: ipAddress == "::1" || ipAddress?.hasPrefix("::ffff:127.") == true
        }
    }
}
#endif
