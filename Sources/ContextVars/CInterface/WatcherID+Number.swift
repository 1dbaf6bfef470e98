extension Context.WatcherID {
    /// The identity as a number, for languages that have no other.
    package var rawNumber: Int { number }

    /// The identity with a number that ``rawNumber`` gave.
    package init(rawNumber: Int) {
        self.init(number: rawNumber)
    }
}
