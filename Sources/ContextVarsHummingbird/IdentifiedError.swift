// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import HTTPTypes
import Hummingbird

/// An error of a request whose response has the request's id.
struct IdentifiedError: HTTPResponseError, CustomStringConvertible {
    let original: any Error
    let header: HTTPField.Name
    let id: String

    var status: HTTPResponse.Status {
        (original as? any HTTPResponseError)?.status ?? .internalServerError
    }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        var response = try originalResponse(from: request, context: context)
        response.headers[header] = id
        return response
    }

    /// As Hummingbird makes it.
    private func originalResponse(from request: Request, context: some RequestContext) throws -> Response {
        guard let original = original as? any HTTPResponseError else {
            context.logger.debug("Unrecognised Error", metadata: ["error.type": "\(original)"])
            return Response(status: .internalServerError)
        }
        return try original.response(from: request, context: context)
    }

    var description: String { "\(original)" }
}
#endif
