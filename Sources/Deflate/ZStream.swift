internal import CZlib

/// Owns the memory of one zlib stream, which must not move: zlib keeps a pointer to it. Knows neither direction.
struct ZStream: ~Copyable {
    let pointer: UnsafeMutablePointer<z_stream>

    init() {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: z_stream())
    }

    deinit {
        pointer.deallocate()
    }

    static let size = CInt(MemoryLayout<z_stream>.size)

    /// Lends `input` to zlib for the time of `body`. Inputs are bounded by limits far below what zlib can count.
    func withInput<R, E: Error>(_ input: Span<UInt8>, _ body: () throws(E) -> R) throws(E) -> R {
        precondition(input.count <= Int(uInt.max), "more input than zlib can count")
        return try input.withUnsafeBufferPointer { bytes throws(E) in
            // zlib only reads what next_in points to.
            pointer.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
            pointer.pointee.avail_in = uInt(bytes.count)
            defer { pointer.pointee.next_in = nil }
            return try body()
        }
    }

    /// Lets zlib write into `target`, at most `limit` bytes, during `body`; returns the bytes written.
    func withOutput(_ target: UnsafeMutableRawBufferPointer, limit: Int, _ body: () -> Void) -> Int {
        let space = uInt(clamping: min(target.count, limit))
        pointer.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        pointer.pointee.avail_out = space
        body()
        pointer.pointee.next_out = nil
        return Int(space - pointer.pointee.avail_out)
    }
}

/// Which wrapping the compressed bytes have.
package enum DeflateFormat: Sendable {
    /// RFC 1951 without any; the window size, as its logarithm, is agreed elsewhere. zlib can write 9 to 15, and
    /// reads what was written with as much or less.
    case raw(windowBits: Int)
    /// RFC 1952, as in `Content-Encoding: gzip`.
    case gzip

    /// zlib's way to say so.
    var windowBits: CInt {
        switch self {
        case .raw(let bits): -CInt(bits)
        case .gzip: 15 + 16
        }
    }
}
