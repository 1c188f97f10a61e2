/// The attributes of a stream's opening, in whatever form it travels: `<open/>` of RFC 7395 or the stream header of RFC
/// 6120 section 4.7. Knows names and values; does not know what a session makes of them.
package struct OpenAttributes: Equatable, Sendable {
    package var to: String?
    package var from: String?
    package var id: String?
    package var version: String?
    /// `xml:lang`.
    package var lang: String?
    /// Every other attribute, so that extensions cross the edge (losing one breaks them silently).
    package var others: [Attribute] = []

    package struct Attribute: Equatable, Sendable {
        /// The namespace's name, or nil for an attribute without a prefix.
        package var namespace: String?
        package var name: String
        package var value: String

        package init(namespace: String? = nil, name: String, value: String) {
            self.namespace = namespace
            self.name = name
            self.value = value
        }
    }

    /// The longest full JID (RFC 7622 section 3.1), which is also enough for every other value seen.
    package static let maxValue = 3_071
    /// Attributes beyond the five of RFC 6120 section 4.7. Real clients send none.
    package static let maxOthers = 16

    package init(
        to: String? = nil, from: String? = nil, id: String? = nil, version: String? = nil, lang: String? = nil
    ) {
        self.to = to
        self.from = from
        self.id = id
        self.version = version
        self.lang = lang
    }

    /// Whether what an untrusted peer said stays within the bounds.
    func checkSizes() throws(XMLFailure) {
        let values = [to, from, id, version, lang].compactMap { $0 } + others.map(\.value)
        guard values.allSatisfy({ $0.utf8.count <= Self.maxValue }) else { throw .policyViolation(.bytes) }
        guard others.count <= Self.maxOthers else { throw .policyViolation(.attributes) }
    }
}
