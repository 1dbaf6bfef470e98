// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVarsTracing

// Short forms for tables, where nothing could catch the error of a wrong key.

func member(_ key: String, _ value: String, _ properties: Baggage.Property...) -> Baggage.Member {
    member(key, value, properties)
}

func member(_ key: String, _ value: String, _ properties: [Baggage.Property]) -> Baggage.Member {
    // swift-format-ignore: NeverUseForceTry
    try! Baggage.Member(key, value, properties: properties)
}

func property(_ key: String, _ value: String? = nil) -> Baggage.Property {
    // swift-format-ignore: NeverUseForceTry
    try! Baggage.Property(key, value)
}
#endif
