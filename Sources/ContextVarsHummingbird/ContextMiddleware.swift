// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import ContextVarsTracing
import HTTPTypes
import Hummingbird
import NIOHTTP1
import Tracing

/// Gives each request its own context, with an id and the values from its headers.
///
/// ```swift
/// let router = Router()
/// router.add(middleware: ContextMiddleware(requestID: Request.id))
/// router.add(middleware: TracingMiddleware())
/// router.get("/orders") { _, _ in
///     try Request.tenant.set("acme")  // for the rest of this request
///     return try await orders()       // reads both wherever it needs them
/// }
/// ```
///
/// Everything below it runs in that context: other middleware, the handler, and the code that writes a streamed body,
/// which Hummingbird runs after the handler has returned. The context starts with the values that were current when the
/// server was started.
///
/// Variables that a `BaggageInstrument` declares have the values of the request's `baggage` header. The service context
/// is the one that is already current, from a `TracingMiddleware` above, or else the one from the request's headers.
///
/// Add it first, so that it surrounds all other middleware. It serves any number of requests at once; each costs a scope,
/// a snapshot and what the instrument takes to extract.
public struct ContextMiddleware<Context: RequestContext>: RouterMiddleware {
    private let requestID: RequestIDSource?
    private let instrument: (any Instrument)?

    /// Creates a middleware that sets no request id.
    ///
    /// - Parameter instrument: The instrument that extracts from the request's headers: by default
    ///   `InstrumentationSystem.instrument` at the time of each request.
    public init(instrument: (any Instrument)? = nil) {
        self.requestID = nil
        self.instrument = instrument
    }

    /// Creates a middleware that sets a request id.
    ///
    /// The id is taken from a header of the request if its value has 1 to 128 characters, each an ASCII letter or digit or
    /// one of `-._~:+/=@`: nothing that could break a log or another header. Otherwise it is the variable's value from the
    /// `baggage` header, if that has the same form, and otherwise the id that Hummingbird gave to the request. The response
    /// has it in the same header, even if the handler throws.
    ///
    /// - Parameters:
    ///   - requestID: The variable that gets the id.
    ///   - header: The header with the id, in requests and responses.
    ///   - acceptsIncoming: Whether a request can bring its id. If it can't, the id is always Hummingbird's.
    ///   - instrument: The instrument that extracts from the request's headers: by default
    ///     `InstrumentationSystem.instrument` at the time of each request.
    public init(
        requestID: ContextVar<String?>, header: HTTPField.Name = HTTPField.Name("x-request-id")!,
        acceptsIncoming: Bool = true, instrument: (any Instrument)? = nil
    ) {
        self.requestID = RequestIDSource(variable: requestID, header: header, acceptsIncoming: acceptsIncoming)
        self.instrument = instrument
    }

    /// Runs the rest of the request in its own context.
    ///
    /// - Throws: The error that `next` throws. With a request id, it is wrapped in an `HTTPResponseError` that makes the
    ///   same response with the id added, unless it is an `HTTPParserError`, which the server answers itself.
    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let received = ReceivedContext(from: request.headers, using: instrument)
        let snapshot = received.snapshot(on: .current)
        guard let requestID else {
            return try await run(request, context, next, in: snapshot, received)
        }

        let id = requestID.id(of: request, context, received: received)
        do {
            var response = try await run(
                request, context, next, in: snapshot.with(requestID.variable, id), received)
            response.headers[requestID.header] = id
            return response
        } catch let error as HTTPParserError {
            // The server answers it itself, and closes the connection.
            throw error
        } catch {
            throw IdentifiedError(original: error, header: requestID.header, id: id)
        }
    }

    private func run(
        _ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response,
        in snapshot: ContextSnapshot, _ received: ReceivedContext
    ) async throws -> Response {
        // In this order: the snapshot may carry a service context, that of the whole server.
        try await snapshot.run {
            try await received.withServiceContext {
                var response = try await next(request, context)
                if response.body.isWrittenByCode {
                    response.body = response.body.written(in: .current, .current)
                }
                return response
            }
        }
    }
}
#endif
