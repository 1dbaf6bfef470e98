// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// What carries a context from one place to the next: each can be left out on purpose, to see the check find it.
enum Integration: String, CaseIterable, ExpressibleByArgument {
    /// The language in the requests of the check.
    case asyncHTTPClient = "async-http-client"
    /// A context for each request of the gateway, with what its headers bring.
    case hummingbird
    /// The variables in the metadata of calls to the backend.
    case grpcClient = "grpc-client"
    /// A context for each RPC of the backend, with what its metadata brings.
    case grpcServer = "grpc-server"
    /// The variables in blocks on queues.
    case dispatch
    /// The variables in callbacks of event loops.
    case nio
    /// The variables in log lines.
    case logging
    /// The variables in spans.
    case tracing
}
