// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import ContextVarsDiagnostics
import ContextVarsHummingbird
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

private let tenant = ContextVar("request.tenant", default: "public").printable()

/// A request that knows where it comes from.
private struct AddressedContext: RequestContext, RemoteAddressRequestContext {
    var coreContext: CoreRequestContextStorage
    let remoteAddress: SocketAddress?

    init(source: Source) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}

/// The list of live contexts, over HTTP.
///
/// The inspector is a whole process's, and its reports keep the values of all contexts for a moment. So what starts it has a
/// process of its own, where no other test sees when values end.
@Suite struct InspectorRouteTests {
    @Test func `A caller on this machine gets a list, as text and as JSON`() async {
        await #expect(processExitsWith: .success) {
            let router = Router(context: AddressedContext.self)
            router.addContextInspector()
            let application = Application(
                router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)))
            try await serve(application) { client in
                try await tenant.withValue("acme") {
                    let text = try await client.get("/debug/contexts")
                    #expect(text.status == .ok)
                    #expect(text.text.contains("{request.tenant=acme}"))
                    let json = try await client.get("/debug/contexts", [.accept: "application/json"])
                    #expect(json.headers[.contentType] == "application/json")
                    let report = try JSONDecoder().decode(LiveReport.self, from: Data(json.text.utf8))
                    #expect(report.contexts.contains { $0.variables.contains { $0.value == "acme" } })
                    // A page of another site, whose name leads to this machine.
                    for authority in ["example.org:8080", "127.0.0.1.example.org", "[2001:db8::1]:80"] {
                        let other = try await client.get("/debug/contexts", authority: authority)
                        #expect(other.status == .notFound)
                    }
                    for authority in ["127.0.0.1", "localhost:8080", "[::1]:8080", "[::1]"] {
                        let other = try await client.get("/debug/contexts", authority: authority)
                        #expect(other.status == .ok)
                    }
                }
            }
        }
    }

    @Test func `Where nobody knows where a request comes from, everybody sees the list or nobody`() async {
        await #expect(processExitsWith: .success) {
            let router = Router()
            router.addContextInspector()
            router.addContextInspector(at: "/open", for: .everybody)
            let application = Application(
                router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)))
            try await serve(application) { client in
                let (hidden, open) = (try await client.get("/debug/contexts"), try await client.get("/open"))
                #expect(hidden.status == .notFound)
                #expect(open.status == .ok)
            }
        }
    }

    @Test func `A server has no such route unless it is added`() async throws {
        try await serve([ContextMiddleware()]) { _ in
        } test: { client in
            let answer = try await client.get("/debug/contexts")
            #expect(answer.status == .notFound)
        }
    }
}
#endif
