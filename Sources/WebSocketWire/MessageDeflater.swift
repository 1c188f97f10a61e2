package import Bytes
internal import Deflate

/// Compresses messages one by one for permessage-deflate (RFC 7692 section 7.2.1). Knows whole messages; does not know
/// frames or what is worth compressing.
///
/// Over TLS, compression lets an attacker who can mix guesses with secrets in one message or window find the secrets by
/// the size (section 8): logins should go uncompressed, and windows be forgotten.
package final class MessageDeflater {
    /// What a sync flush ends with and a message leaves out.
    static let tail: [UInt8] = [0x00, 0x00, 0xFF, 0xFF]

    /// Messages of chat shrink to the same size with 3 as with zlib's default of 6 (21 % at 4 KiB); a roster of megabytes
    /// takes a third of the time, during which nobody else is served.
    private static let level = 3

    private let deflater: Deflater
    private let forgets: Bool

    /// - Parameters:
    ///   - forgets: start each message with an empty window; such a deflater may serve many connections.
    ///   - windowBits: as agreed, 9 to 15.
    /// - Returns: nil when memory runs out.
    package init?(forgets: Bool, windowBits: Int = 15) {
        let memory = Self.memoryLevel(windowBits: windowBits)
        guard let deflater = Deflater(.raw(windowBits: windowBits), level: Self.level, memory: memory) else {
            return nil
        }
        self.deflater = deflater
        self.forgets = forgets
    }

    /// Bytes that a deflater with a kept window takes (zconf.h of zlib, and what its state measures).
    package static func memory(windowBits: Int) -> Int {
        (1 << (windowBits + 2)) + (1 << (memoryLevel(windowBits: windowBits) + 9)) + (6 << 10)
    }

    /// In proportion to the window, because zlib moves its table along with it: 9 bits with the default of 8 take three
    /// times as long. Below 4 its blocks become so short that they cost as much again.
    private static func memoryLevel(windowBits: Int) -> Int { max(windowBits - 7, 4) }

    /// Lends the compressed form of a message for a frame marked as compressed.
    package func withDeflated<R, E: Error>(
        _ message: Span<UInt8>, pool: BufferPool, _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        // An empty flush gives nothing at all (section 7.2.3.6 has this byte).
        if message.isEmpty { return try body([0x00].span) }
        if forgets { deflater.reset() }
        var output = ByteBuffer()
        defer { output.release(to: pool) }
        deflater.deflate(message, flush: .sync, to: &output, pool: pool)
        return try output.withSpan { bytes throws(E) in
            try body(bytes.extracting(0..<bytes.count - Self.tail.count))
        }
    }
}
