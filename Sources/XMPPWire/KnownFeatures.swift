/// Remembers what became of the features that servers sent: each says the same to all its clients, and to look for what has to
/// be hidden costs more than all else of a login. Knows elements byte by byte; what is hidden is `StreamFeatures`' business.
package struct KnownFeatures: Sendable {
    private let policy: FeaturePolicy
    private var known: [Known] = []
    /// Whose place the next one takes.
    private var oldest = 0

    private struct Known {
        let element: [UInt8]
        let features: StreamFeatures
    }

    /// Elements at one time: two of each server, before login and after it.
    package static let places = 16
    /// Bytes of an element that is remembered: real ones stay below.
    package static let maxElement = 8_192

    package init(policy: FeaturePolicy) {
        self.policy = policy
    }

    /// The same as `StreamFeatures.read`.
    package mutating func read(_ element: [UInt8]) -> StreamFeatures {
        if let place = known.firstIndex(where: { $0.element == element }) { return known[place].features }
        let features = StreamFeatures.read(element.span, policy: policy)
        guard element.count <= Self.maxElement else { return features }
        let new = Known(element: element, features: features)
        if known.count < Self.places {
            known.append(new)
        } else {
            known[oldest] = new
            oldest = (oldest + 1) % Self.places
        }
        return features
    }
}
