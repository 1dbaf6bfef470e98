/// What a run measures.
struct Selection {
    private(set) var rows =
        Get.rows + SetReset.rows + Scopes.rows + Tasks.rows + CPythonRows.rows + Map.rows + Memory.rows + Threads.rows
        + Automatic.rows
    private(set) var growth = Growth.all

    /// Everything, or what has a regular expression in its title.
    init(_ filter: String?) throws {
        guard let filter else { return }
        let pattern = try Regex(filter).ignoresCase()
        rows.removeAll { !$0.title.contains(pattern) }
        growth.removeAll { !$0.title.contains(pattern) }
    }

    var isEmpty: Bool { rows.isEmpty && growth.isEmpty }
}
