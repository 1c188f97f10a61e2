/// The header fields that keep the page to itself: what it may load, who may frame it, what it may ask of the device.
/// Knows browsers' rules; does not know which file or answer it is for.
internal import Bytes
internal import HTTPWire

/// What a browser may do with an answer.
package enum PageKind: Sendable {
    /// A page of ours that nobody may frame; it runs our scripts.
    case document
    /// The guest room: other pages may frame it.
    case embeddable
    /// Scripts, styles, images: what they may do is decided by the page that loads them. A policy of their own would
    /// bind workers, which get theirs from the script they start with.
    case resource
}

package struct SecurityHeaders: Sendable {
    private let documentPolicy: [UInt8]
    private let embeddablePolicy: [UInt8]

    /// - Parameters:
    ///   - connectOrigins: where the page may connect and load media from beside its own host and https, such as
    ///     `http://upload.example.org`.
    ///   - frameAncestors: origins of pages that may frame the guest room, beside our own.
    package init(connectOrigins: [String] = [], frameAncestors: [String] = []) {
        let others = (["https:"] + connectOrigins).joined(separator: " ")
        documentPolicy = Self.policy(others: others, ancestors: "'none'")
        embeddablePolicy = Self.policy(
            others: others, ancestors: (["'self'"] + frameAncestors).joined(separator: " "))
    }

    /// `connect-src 'self'` includes WebSockets to the same host in every current engine. `https:` is for uploads and
    /// for media that contacts send. The one Trusted Types policy is for the service worker's address.
    private static func policy(others: String, ancestors: String) -> [UInt8] {
        Array(
            """
            default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: \(others); \
            media-src 'self' blob: \(others); connect-src 'self' \(others); worker-src 'self'; manifest-src 'self'; \
            font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors \(ancestors); \
            require-trusted-types-for 'script'; trusted-types app-sw
            """.utf8)
    }

    func append(for kind: PageKind, to output: inout ByteBuffer, pool: BufferPool) {
        output.append(Self.common, pool: pool)
        switch kind {
        case .document: append(documentPolicy, to: &output, pool: pool)
        case .embeddable: append(embeddablePolicy, to: &output, pool: pool)
        case .resource: break
        }
        // The older form of frame-ancestors cannot name the pages that may.
        if kind != .embeddable { output.appendField("X-Frame-Options", "DENY", pool: pool) }
    }

    /// For errors and other short texts: they load nothing and are not kept.
    static func appendNotice(to output: inout ByteBuffer, pool: BufferPool) {
        output.append(common, pool: pool)
        output.appendField("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'", pool: pool)
        output.appendField("X-Frame-Options", "DENY", pool: pool)
        output.appendField("Cache-Control", "no-store", pool: pool)
    }

    private func append(_ policy: [UInt8], to output: inout ByteBuffer, pool: BufferPool) {
        output.append("Content-Security-Policy: ", pool: pool)
        output.append(policy, pool: pool)
        output.append("\r\n", pool: pool)
    }

    /// On every answer, errors and 304 included. Strict-Transport-Security is left to what terminates TLS in front of us.
    private static let common: StaticString = """
        X-Content-Type-Options: nosniff\r
        Referrer-Policy: no-referrer\r
        Permissions-Policy: camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()\r
        Cross-Origin-Opener-Policy: same-origin\r

        """
}
