// SPDX-License-Identifier: Apache-2.0
/// The middle of many measurements and how far they spread.
///
/// Medians and quartiles, since the disturbances of a busy machine only ever add time.
package struct Statistics: Sendable {
    package let median: Double
    /// The interquartile range as a share of the median.
    package let spread: Double

    init(of samples: [Double]) {
        let sorted = samples.sorted()
        median = Self.quantile(0.5, of: sorted)
        spread = median == 0 ? 0 : (Self.quantile(0.75, of: sorted) - Self.quantile(0.25, of: sorted)) / median
    }

    /// The mean of the middle half, for samples that are coarser than what they measure.
    package static func middleMean(of samples: [Double]) -> Double {
        let quarter = samples.count / 4
        let middle = samples.sorted().dropFirst(quarter).dropLast(quarter)
        return middle.reduce(0, +) / Double(middle.count)
    }

    /// Linear between the two nearest samples.
    private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
        guard let last = sorted.indices.last else { return .nan }
        let place = share * Double(last)
        let below = Int(place)
        let above = min(below + 1, last)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
}
