// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsLogging
import ContextVarsTracing
import Harness
import Logging

/// What a service has for each request.
enum Variables {
    static let id = ContextVar<String?>("request.id")
    static let tenant = ContextVar("tenant", default: "public")
    static let user = ContextVar<Int?>("user")

    /// Sets them, and calls the body in their context.
    static func withAll<Result>(_ body: () throws -> Result) throws -> Result {
        try Context().run {
            try set()
            return try body()
        }
    }

    /// The same for a body that suspends.
    static func withAll<Result>(
        _ body: nonisolated(nonsending) () async throws -> Result
    ) async throws -> Result {
        try await Context().run {
            try set()
            return try await body()
        }
    }

    private static func set() throws {
        try id.set(requestID)
        try tenant.set("acme")
        try user.set(7)
    }

    static func baggage() throws -> BaggageInstrument {
        BaggageInstrument([try BaggageEntry("tenant", tenant), try BaggageEntry("user", user)])
    }

    static let provider = Logger.MetadataProvider.contextVars([
        LoggedVariable(id, as: "id"), LoggedVariable(tenant, as: "tenant"), LoggedVariable(user, as: "user"),
    ])
}

/// The same as task-local values.
enum Locals {
    @TaskLocal static var id: String?
    @TaskLocal static var tenant = "public"
    @TaskLocal static var user: Int?

    static func withAll<Result>(_ body: () throws -> Result) rethrows -> Result {
        try $id.withValue(requestID) {
            try $tenant.withValue("acme") { try $user.withValue(7, operation: body) }
        }
    }

    static let provider = Logger.MetadataProvider {
        var metadata: Logger.Metadata = [:]
        if let id { metadata["id"] = .string(id) }
        metadata["tenant"] = .string(tenant)
        if let user { metadata["user"] = .stringConvertible(user) }
        return metadata
    }
}

/// A string that is on the heap, as most are that come with a request.
let requestID = "7f9c24e5-0f1b-4d0e-a5ea-1c9a1f0f4a11"

/// A header of seven members and 80 bytes, two of which are declared.
let baggageHeader = "tenant=acme,user=7,a=1,b=2,c=3,serverNode=DF%2028,isProduction=false;meta;ttl=60"

/// A log handler that asks its provider, and writes nothing.
struct AskingHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    var metadataProvider: Logger.MetadataProvider?

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        keep(metadataProvider?.get().count ?? 0)
    }
}

extension Logger {
    init(asking provider: Logger.MetadataProvider?) {
        self.init(label: "benchmark") { _ in AskingHandler(metadataProvider: provider) }
    }
}

extension Row {
    /// A row with a bar for the figure itself: beside it stands the time that it may take.
    init(_ operation: String, within nanoseconds: Double, ours: @escaping Side) {
        self.init(operation, against: "\(Int(nanoseconds)) ns", bar: 1, hasPeer: false) {
            Sides(
                ours: ours,
                peer: { meter in
                    guard meter.quantity == .time else { return }
                    meter.record(nanoseconds * Double(meter.iterations), operations: meter.iterations)
                })
        }
    }
}
