// SPDX-License-Identifier: Apache-2.0
import GRPCCore
import Tracing

/// The handlers: each takes its request through the callbacks, and answers what they saw.
struct InspectionService: RegistrableRPCService {
    let callbacks: Callbacks
    let telemetry: Telemetry

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(
            forMethod: Inspection.inspect, deserializer: JSONCoding<Nothing>(), serializer: JSONCoding<Answer>()
        ) { request, _ in
            let keys = keysOfBaggage(in: request.metadata)
            let witness = try await handlerSeen()
            return StreamingServerResponse(
                single: ServerResponse(message: Answer(hops: witness.hops, baggageKeys: keys)))
        }
        router.registerHandler(
            forMethod: Inspection.stream, deserializer: JSONCoding<Nothing>(), serializer: JSONCoding<Answer>()
        ) { request, _ in
            let keys = keysOfBaggage(in: request.metadata)
            let witness = try await handlerSeen()
            return StreamingServerResponse { writer in
                witness.look("producer")
                for hop in witness.hops {
                    try await writer.write(Answer(hops: [hop], baggageKeys: []))
                }
                try await writer.write(Answer(hops: [], baggageKeys: keys))
                return [:]
            }
        }
        router.registerHandler(
            forMethod: Inspection.rejections, deserializer: JSONCoding<Nothing>(), serializer: JSONCoding<Int>()
        ) { _, _ in
            StreamingServerResponse(single: ServerResponse(message: telemetry.rejections.value))
        }
    }

    private func handlerSeen() async throws -> Witness {
        let witness = InterceptedRPC.witness.get() ?? Witness("backend")
        try await withSpan("handle", ofKind: .server) { _ in
            witness.look("handler")
            try await callbacks.look(witness)
        }
        telemetry.exportSpans()
        return witness
    }

    private func keysOfBaggage(in metadata: Metadata) -> [String] {
        metadata[stringValues: "baggage"]
            .flatMap { $0.split(separator: ",") }
            .map { String($0.prefix { $0 != "=" }) }
    }
}
