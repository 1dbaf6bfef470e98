// SPDX-License-Identifier: Apache-2.0
#if AsyncHTTPClient
import AsyncHTTPClient
import ContextVars
import ContextVarsAsyncHTTPClient
import ContextVarsTracing
import InMemoryTracing
import NIOHTTP1
import TestSupport
import Testing
import Tracing

@Suite(.timeLimit(.minutes(15))) struct OutboundBaggageTests {
    @Test func `A request carries the declared variables of the context in which it is made`() async throws {
        let baggage = try baggageInstrument()
        try await EchoServer.run { server in
            try await withClient { client in
                try await Context().run {
                    try Current.tenant.set("acme & söhne")
                    let request = HTTPClientRequest(url: server.url)
                    let carried = try await client.echo(request.injectingContext(using: baggage))
                    #expect(carried["baggage"] == ["tenant=acme%20&%20s%C3%B6hne"])
                    let plain = try await client.echo(request)
                    #expect(plain["baggage"] == [], "without it, nothing is sent")

                    let future = try HTTPClient.Request(url: server.url)
                    let carriedByFuture = try await client.echo(future.injectingContext(using: baggage))
                    #expect(carriedByFuture["baggage"] == ["tenant=acme%20&%20s%C3%B6hne"])
                    let plainFuture = try await client.echo(future)
                    #expect(plainFuture["baggage"] == [])
                }
            }
        }
    }

    @Test func `A client with a tracer that carries them needs no word at the call`() async throws {
        let tracer = InMemoryTracer()
        try await EchoServer.run { server in
            try await withClient(tracer: BaggageTracer(tracer, carrying: try baggageInstrument())) { client in
                let echo = try await ContextSnapshot().with(Current.tenant, "acme").run {
                    try await client.echo(HTTPClientRequest(url: server.url))
                }
                #expect(echo["baggage"] == ["tenant=acme"])
                let span = try #require(tracer.finishedSpans.first)
                #expect(echo[InMemoryTracer.spanIDKey] == [span.spanContext.spanID])
            }
        }
    }

    @Test func `Beside the client's own tracer, the headers of both are there once`() async throws {
        let tracer = InMemoryTracer()
        let baggage = try baggageInstrument()
        try await EchoServer.run { server in
            try await withClient(tracer: tracer) { client in
                let echo = try await ContextSnapshot().with(Current.tenant, "acme").run {
                    try await tracer.withSpan("outer") { _ in
                        try await client.echo(HTTPClientRequest(url: server.url).injectingContext(using: baggage))
                    }
                }
                #expect(echo["baggage"] == ["tenant=acme"])
                let span = try #require(tracer.finishedSpans.first { $0.operationName == "GET" })
                #expect(echo[InMemoryTracer.spanIDKey] == [span.spanContext.spanID])
            }
        }
    }

    @Test func `A request of the futures gets the tracer's headers too, which the client doesn't add`() async throws {
        let tracer = InMemoryTracer()
        let both = BaggageTracer(tracer, carrying: try baggageInstrument())
        try await EchoServer.run { server in
            try await withClient(tracer: both) { client in
                try await withTracer(both) {
                    try await ContextSnapshot().with(Current.tenant, "acme").run {
                        try await tracer.withSpan("outer") { span in
                            let request = try HTTPClient.Request(url: server.url)
                            let plain = try await client.echo(request)
                            #expect(plain["baggage"] == [] && plain[InMemoryTracer.spanIDKey] == [])
                            let echo = try await client.echo(request.injectingContext())
                            #expect(echo["baggage"] == ["tenant=acme"])
                            #expect(echo[InMemoryTracer.spanIDKey] == [span.spanContext.spanID])
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: ["a\r\nx-admin: 1", "a\nb", "a,admin=1", "a\u{0}b"])
    func `No value breaks out of its header`(value: String) async throws {
        let baggage = try baggageInstrument()
        try await EchoServer.run { server in
            try await withClient { client in
                let echo = try await ContextSnapshot().with(Current.tenant, value).run {
                    try await client.echo(HTTPClientRequest(url: server.url).injectingContext(using: baggage))
                }
                #expect(echo["x-admin"] == [])
                #expect(Baggage.parse(echo["baggage"]).baggage["tenant"] == value)
                #expect(Baggage.parse(echo["baggage"]).baggage.members.count == 1)
            }
        }
    }

    @Test func `What a request has in its header stays, but for the declared keys`() throws {
        let baggage = try baggageInstrument()
        var headers: HTTPHeaders = ["baggage": "a=1;p,tenant=old", "Baggage": "b=2", "other": "x"]
        ContextSnapshot().with(Current.tenant, "acme").run {
            headers.injectContext(using: baggage)
            headers.injectContext(using: baggage)
        }
        #expect(headers["baggage"] == ["tenant=acme,a=1;p,b=2"])
        #expect(headers["other"] == ["x"])

        var unset: HTTPHeaders = ["baggage": "a=%FF,;", "Baggage": "b=2"]
        unset.injectContext(using: baggage)
        #expect(unset["baggage"] == ["a=%FF,;", "b=2"])

        var reused: HTTPHeaders = [:]
        ContextSnapshot().with(Current.tenant, "acme").run { reused.injectContext(using: baggage) }
        reused.injectContext(using: baggage)
        #expect(reused["baggage"].isEmpty)

        var full: HTTPHeaders = ["baggage": (0..<64).map { "k\($0)=v" }.joined(separator: ",")]
        ContextSnapshot().with(Current.tenant, "acme").run { full.injectContext(using: baggage) }
        let members = Baggage.parse(full["baggage"]).baggage.members
        #expect(members.count == 64 && members.first?.value == "acme" && members.last?.key == "k62")
    }

    /// dotnet/corefx#30670, grpc/grpc-dotnet#2129: a connection that a request had opened kept the values of that request
    /// as long as it was in the pool.
    @Test func `A connection that stays open keeps nothing of the request that opened it`() async throws {
        final class Object: Sendable {}
        let variable = ContextVar<Object?>("object")
        let baggage = try baggageInstrument()
        try await EchoServer.run { server in
            try await withClient { client in
                let object = Weak()
                let first = try await Context().run {
                    try variable.set(object.track(Object()))
                    try Current.tenant.set("acme")
                    let future = try HTTPClient.Request(url: server.url)
                    _ = try await client.echo(future.injectingContext(using: baggage))
                    return try await client.echo(HTTPClientRequest(url: server.url).injectingContext(using: baggage))
                }
                #expect(first["baggage"] == ["tenant=acme"])
                await waitUntil { !object.isAlive }
                #expect(!object.isAlive)
                let second = try await client.echo(HTTPClientRequest(url: server.url).injectingContext(using: baggage))
                #expect(second["baggage"] == [])
            }
        }
    }

    @Test func `A redirect takes the header along, to another server too`() async throws {
        let baggage = try baggageInstrument()
        try await EchoServer.run { first in
            try await EchoServer.run { second in
                try await withClient { client in
                    let request = HTTPClientRequest(url: "\(first.url)to/\(second.port)")
                    let echo = try await ContextSnapshot().with(Current.tenant, "acme").run {
                        try await client.echo(request.injectingContext(using: baggage))
                    }
                    #expect(echo["host"] == ["127.0.0.1:\(second.port)"])
                    #expect(echo["baggage"] == ["tenant=acme"])
                }
            }
        }
    }
}
#endif
