/// A growable run of bytes with a read and a write end, whose storage comes from a `BufferPool` and goes back when it
/// is empty. Knows memory; knows nothing of sockets or protocols.
///
/// Public, because only what is public can be inlined into other rooms, and every message passes several of these.
public struct ByteBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<UInt8>?
    // 32 bits each: every connection carries several of these, nearly always empty. `grow` sees to it that they fit.
    @usableFromInline var headPlace: UInt32 = 0
    @usableFromInline var tailPlace: UInt32 = 0
    @usableFromInline var capacityBytes: UInt32 = 0

    @inlinable var head: Int {
        get { Int(headPlace) }
        set { headPlace = UInt32(truncatingIfNeeded: newValue) }
    }
    @inlinable var tail: Int {
        get { Int(tailPlace) }
        set { tailPlace = UInt32(truncatingIfNeeded: newValue) }
    }
    @inlinable var capacity: Int {
        get { Int(capacityBytes) }
        set { capacityBytes = UInt32(truncatingIfNeeded: newValue) }
    }

    /// An empty buffer holds no storage.
    public init() {}

    deinit {
        base?.deallocate()
    }

    /// Readable bytes.
    @inlinable public var count: Int { tail &- head }
    @inlinable public var isEmpty: Bool { head == tail }
    /// Bytes of storage held, readable or not; 0 while the buffer is idle.
    public var storage: Int { capacity }

    /// Lends the readable bytes.
    @inlinable
    public borrowing func withSpan<R: ~Copyable, E: Error>(
        _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let bytes = UnsafeBufferPointer(start: base.map { UnsafePointer($0 + head) }, count: count)
        return try body(bytes.span)
    }

    /// Lends the readable bytes for changes in place, such as unmasking.
    @inlinable
    public mutating func withMutableSpan<R: ~Copyable, E: Error>(
        _ body: (inout MutableSpan<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let bytes = UnsafeMutableBufferPointer(start: base.map { $0 + head }, count: count)
        var span = bytes.mutableSpan
        return try body(&span)
    }

    /// Appends a copy of `bytes`.
    @inlinable
    public mutating func append(_ bytes: Span<UInt8>, pool: BufferPool) {
        guard bytes.count > 0 else { return }
        let target = room(for: bytes.count, pool: pool)
        bytes.withUnsafeBufferPointer { target.update(from: $0.baseAddress!, count: $0.count) }
        tail += bytes.count
    }

    public mutating func append(_ bytes: [UInt8], pool: BufferPool) {
        append(bytes.span, pool: pool)
    }

    @inlinable
    public mutating func append(_ text: StaticString, pool: BufferPool) {
        guard text.utf8CodeUnitCount > 0 else { return }
        let target = room(for: text.utf8CodeUnitCount, pool: pool)
        target.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        tail += text.utf8CodeUnitCount
    }

    public mutating func append(_ byte: UInt8, pool: BufferPool) {
        room(for: 1, pool: pool).pointee = byte
        tail += 1
    }

    /// Lets `body` write into at least `space` free bytes at the end, as read(2) does. `body` returns how many it
    /// wrote; a result below 1 appends nothing and is handed on, so that error codes pass through.
    @inlinable
    public mutating func fill(atLeast space: Int, pool: BufferPool, _ body: (UnsafeMutableRawBufferPointer) -> Int)
        -> Int
    {
        let target = room(for: space, pool: pool)
        let written = body(UnsafeMutableRawBufferPointer(start: target, count: capacity - tail))
        if written > 0 {
            precondition(written <= capacity - tail, "wrote past the end")
            tail += written
        }
        return written
    }

    /// Drops `size` readable bytes from the front. Storage stays until `release`.
    @inlinable
    public mutating func consume(_ size: Int) {
        precondition(size >= 0 && size <= count, "consumed more than there is")
        head += size
        if head == tail {
            head = 0
            tail = 0
        }
    }

    /// Drops all bytes and gives the storage back.
    public mutating func release(to pool: BufferPool) {
        if let base {
            pool.giveBack(base, capacity)
        }
        base = nil
        head = 0
        tail = 0
        capacity = 0
    }

    /// Makes room for `size` more bytes and points to it; moves the bytes to the front before it grows.
    @inlinable
    mutating func room(for size: Int, pool: BufferPool) -> UnsafeMutablePointer<UInt8> {
        guard let base else { return begin(with: size, pool: pool) }
        return capacity - tail >= size ? base + tail : grow(for: size, pool: pool)
    }

    @usableFromInline
    mutating func begin(with size: Int, pool: BufferPool) -> UnsafeMutablePointer<UInt8> {
        precondition(size < Self.maxStorage, "a buffer without a limit")
        let (fresh, room) = pool.take(atLeast: size)
        base = fresh
        capacity = room
        return fresh
    }

    @usableFromInline
    mutating func grow(for size: Int, pool: BufferPool) -> UnsafeMutablePointer<UInt8> {
        guard let base else { return begin(with: size, pool: pool) }
        let used = count
        let waiting = base + head
        if capacity - used >= size, head >= used {
            base.update(from: waiting, count: used)
            head = 0
            tail = used
            return base + used
        }
        precondition(used + size < Self.maxStorage, "a buffer without a limit")
        let (fresh, room) = pool.take(atLeast: used + size)
        fresh.update(from: waiting, count: used)
        pool.giveBack(base, capacity)
        self.base = fresh
        capacity = room
        head = 0
        tail = used
        return fresh + used
    }

    /// Bytes; places are kept in 32 bits, and a pool may give half as much again.
    private static let maxStorage = 1 << 31
}
