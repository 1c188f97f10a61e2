/// One file of the page as it is served: its bytes in each coding, and what the answer says about them. Knows no path and
/// no request. A reference, so that an answer on its way keeps it when the site is loaded again.
internal import Crypto
internal import Deflate
internal import Bytes

package final class Asset: Sendable {
    /// The bytes in one coding with their own entity tag (RFC 9110 section 8.8.3.3).
    package struct Form: Sendable {
        package let bytes: [UInt8]
        /// Strong: made from the content. With its quotes.
        package let tag: [UInt8]
    }

    package let type: ContentType
    package let cache: CachePolicy
    /// Which security headers it gets.
    package let page: PageKind
    /// Seconds since 1970.
    package let lastModified: Int
    package let identity: Form
    /// Nil where it would not be smaller.
    package let gzip: Form?

    /// - Parameter name: the path below the root, without a slash in front.
    package init(name: String, bytes: [UInt8], lastModified: Int) {
        type = ContentType(name: name)
        cache = CachePolicy(name: name)
        page = name == "embed.html" ? .embeddable : type.isDocument ? .document : .resource
        self.lastModified = lastModified
        let hash = Hex.encode(Array(HashFunction.sha256.digest(bytes).prefix(16)))
        identity = Form(bytes: bytes, tag: Self.tag(hash, suffix: ""))
        gzip = Self.pack(bytes, type).map { Form(bytes: $0, tag: Self.tag(hash, suffix: "-gz")) }
    }

    private static func tag(_ hash: [UInt8], suffix: String) -> [UInt8] {
        [UInt8(ascii: "\"")] + hash + Array(suffix.utf8) + [UInt8(ascii: "\"")]
    }

    /// Smaller files fit into one packet anyway.
    private static let minPacked = 512
    /// Larger ones would hold up a reload.
    private static let maxPacked = 8 << 20

    private static func pack(_ bytes: [UInt8], _ type: ContentType) -> [UInt8]? {
        guard type.isCompressible, bytes.count >= minPacked, bytes.count <= maxPacked,
            let packed = Gzip.compress(bytes), packed.count < bytes.count / 10 * 9
        else { return nil }
        return packed
    }
}

/// How long a browser may keep a file without asking (RFC 9111 section 5.2).
///
/// The page is made of modules that import each other by plain relative names, and nothing builds it. A name therefore
/// says nothing about its content, and two modules of different ages must never meet: every file is asked for again, which
/// costs an answer without a body as long as its tag holds. Only a file whose name carries a hash of its content, as the
/// output of a bundler does, can be kept for good.
package enum CachePolicy: Sendable {
    case revalidate
    case immutable

    init(name: String) {
        let file = name.split(separator: "/").last ?? ""
        let parts = file.split(whereSeparator: { $0 == "." || $0 == "-" }).dropFirst().dropLast()
        self = parts.contains(where: Self.isHash) ? .immutable : .revalidate
    }

    /// Eight or more hexadecimal digits with a numeral among them; a mere word such as "facade" is none.
    private static func isHash(_ part: Substring) -> Bool {
        part.utf8.count >= 8 && part.utf8.allSatisfy { Hex.value(of: $0) != nil }
            && part.utf8.contains { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }

    package var value: StaticString {
        switch self {
        case .revalidate: "no-cache"
        case .immutable: "public, max-age=31536000, immutable"
        }
    }
}
