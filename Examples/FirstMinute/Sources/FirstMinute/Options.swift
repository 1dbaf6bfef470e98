// SPDX-License-Identifier: Apache-2.0
/// The command line.
struct Options {
    var showsHelp = false
    var wantsColor = true
    var forgetsSnapshot = false
    /// How many more orders run at once, to be checked and not shown.
    let orders = 200

    init(_ arguments: some Sequence<String>) throws(Unknown) {
        for argument in arguments {
            switch argument {
            case "--help", "-h": showsHelp = true
            case "--no-color": wantsColor = false
            case "--forget-snapshot": forgetsSnapshot = true
            default: throw Unknown(argument: argument)
            }
        }
    }

    static let help = """
        OVERVIEW: One order through tasks, groups, actors, queues, operations and threads.

        Shows what each place sees of the order's number, once as a @TaskLocal and once as a ContextVar, and how long the
        order took to get there. Then 200 more orders take the same way at once. Every value is checked: the last line
        counts, and the exit status is 1 where a value is wrong.

        USAGE: FirstMinute [--no-color] [--forget-snapshot]

        OPTIONS:
          --no-color          Print no colours. NO_COLOR in the environment says so too.
          --forget-snapshot   Make the mistake that loses context variables as well, to see the check find it.
          -h, --help          Show this.
        """

    struct Unknown: Error, CustomStringConvertible {
        let argument: String
        var description: String { "there is no option \(argument); --help lists them" }
    }
}
