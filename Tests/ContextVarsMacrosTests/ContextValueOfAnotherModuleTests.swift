// SPDX-License-Identifier: Apache-2.0
#if Macros
import ContextValues
import Testing

/// Calls what a type conforms with, without knowing the type.
private func id<Source: Identified>(of source: Source.Type) -> Source.ID { source.id }

/// A generic type can't have the property, but it may use one.
private struct Repeated<Value: Sendable> {
    var value: Value

    func asSeen(in locale: String) async -> (String, Value) {
        await $locale.withValue(locale) { (await Task { ContextValues.locale }.value, value) }
    }
}

@Suite struct ContextValueOfAnotherModuleTests {
    @Test func `Public properties are read and bound without an import of the macro`() throws {
        #expect(Published.id == "none" && locale == "en")
        Published.$id.withValue("a7") { #expect(Published.id == "a7") }
        $locale.withValue("de") { #expect(locale == "de") }
        #expect(Published.$id.name == "Published.id" && $locale.name == "locale")
    }

    @Test func `A property fulfils a requirement, and generic code sees the current value`() async {
        #expect(id(of: Published.self) == "none")
        Published.$id.withValue("a7") { #expect(id(of: Published.self) == "a7") }
        #expect(await Repeated(value: 5).asSeen(in: "fr") == ("fr", 5))
    }

    @Test func `Rules of inheritance come with the property`() async {
        await Published.$attempt.withValue(1) { #expect(await Task { Published.attempt }.value == 2) }
        let inTask = Published.withSecret("s") {
            #expect(Published.hasSecret())
            return Task { Published.hasSecret() }
        }
        #expect(await inTask.value == false)
    }
}
#endif
