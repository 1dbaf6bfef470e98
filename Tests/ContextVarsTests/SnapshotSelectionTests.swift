// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Testing

/// `only` and `without`.
@Suite struct SnapshotSelectionTests {
    enum Local {
        @TaskLocal static var id: String?
    }

    let first = ContextVar("first", default: 0)
    let second = ContextVar("second", default: "none")
    let third = ContextVar<Int?>("third")

    private var snapshot: ContextSnapshot { ContextSnapshot().with(first, 1).with(second, "b").with(third, 3) }

    @Test func `Only keeps the variables that it names`() {
        let kept = snapshot.only(first, third)
        #expect(kept[first] == 1 && kept[second] == nil && kept[third] == 3)
        kept.run { #expect(copyContext().count == 2 && second.get() == "none") }
        #expect(snapshot.only().run { copyContext().isEmpty })
    }

    @Test func `Without drops the variables that it names`() {
        let kept = snapshot.without(second)
        #expect(kept[first] == 1 && kept[second] == nil && kept[third] == 3)
        #expect(snapshot.without(first, second, third).run { copyContext().isEmpty })
        #expect(snapshot.without()[second] == "b")
    }

    @Test func `What isn't set stays unset`() {
        let unset = ContextVar("unset", default: 0)
        #expect(snapshot.only(unset, first).run { copyContext().count } == 1)
        #expect(snapshot.without(unset).run { copyContext().count } == 3)
    }

    @Test func `The snapshot that they are made of stays as it is`() {
        let snapshot = snapshot
        _ = (snapshot.only(first), snapshot.without(first))
        #expect(snapshot[first] == 1 && snapshot[second] == "b" && snapshot[third] == 3)
    }

    @Test func `Carried task locals stay`() async {
        ContextSnapshot.carry(Local.$id)
        let snapshot = Local.$id.withValue("a7") { first.withValue(1) { ContextSnapshot.current } }
        for selected in [snapshot.only(second), snapshot.without(first)] {
            #expect(await Task.detached { selected.run { Local.id } }.value == "a7")
        }
    }

    @Test func `They work where a snapshot is passed on`() async throws {
        try await Context().run {
            try first.set(1)
            try second.set("b")
            let task = Task(context: .current.without(first)) { (first.get(), second.get()) }
            #expect(await task.value == (0, "b"))
        }
    }
}
