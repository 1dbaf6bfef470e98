import Testing

/// All tests that start something that observes the whole process: one after the other.
@Suite(.serialized) enum Diagnosing {}
