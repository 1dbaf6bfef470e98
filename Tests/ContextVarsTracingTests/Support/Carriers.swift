// SPDX-License-Identifier: Apache-2.0
#if Tracing
import Synchronization
import Tracing

/// The headers of a message, as any framework has them.
typealias Headers = [String: String]

struct HeadersInjector: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout Headers) {
        carrier[key] = value
    }
}

struct HeadersExtractor: Extractor {
    func extract(key: String, from carrier: Headers) -> String? {
        carrier[key]
    }
}

extension Instrument {
    /// What a framework does before it sends a request.
    func headers(in context: ServiceContext = .topLevel) -> Headers {
        var headers: Headers = [:]
        inject(context, into: &headers, using: HeadersInjector())
        return headers
    }

    /// What a framework does when a request has come in.
    func serviceContext(of headers: Headers, into base: ServiceContext = .topLevel) -> ServiceContext {
        var context = base
        extract(headers, into: &context, using: HeadersExtractor())
        return context
    }
}
#endif
