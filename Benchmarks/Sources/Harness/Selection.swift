// SPDX-License-Identifier: Apache-2.0
/// What a run measures.
package struct Selection {
    private(set) var rows: [Row]
    private(set) var growth: [Growth]

    package init(rows: [Row], growth: [Growth] = []) {
        self.rows = rows
        self.growth = growth
    }

    /// Rows in groups, by whose names they can be chosen.
    package init(_ groups: KeyValuePairs<String, [Row]>, growth: [Growth] = []) {
        self.init(rows: groups.flatMap { name, rows in rows.map { $0.inGroup(name) } }, growth: growth)
    }

    /// What has a regular expression in its title, or everything where there is none.
    func filtered(by filter: String?) throws -> Selection {
        guard let filter else { return self }
        let pattern = try Regex(filter).ignoresCase()
        var selection = self
        selection.rows.removeAll { !$0.title.contains(pattern) }
        selection.growth.removeAll { !$0.title.contains(pattern) }
        return selection
    }

    var isEmpty: Bool { rows.isEmpty && growth.isEmpty }
}
