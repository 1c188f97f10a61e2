/// A growable run of bytes with a read and a write end, whose storage comes from a `BufferPool` and goes back when it
/// is empty. Knows memory; knows nothing of sockets or protocols.
package struct ByteBuffer: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>?
    // 32 bits each: every connection carries several of these, nearly always empty.
    private var headPlace: UInt32 = 0
    private var tailPlace: UInt32 = 0
    private var capacityBytes: UInt32 = 0

    private var head: Int {
        get { Int(headPlace) }
        set { headPlace = UInt32(newValue) }
    }
    private var tail: Int {
        get { Int(tailPlace) }
        set { tailPlace = UInt32(newValue) }
    }
    private var capacity: Int {
        get { Int(capacityBytes) }
        set { capacityBytes = UInt32(newValue) }
    }

    /// An empty buffer holds no storage. What holds more than 4 GiB has lost its limit long before.
    package init() {}

    deinit {
        base?.deallocate()
    }

    /// Readable bytes.
    package var count: Int { tail - head }
    package var isEmpty: Bool { head == tail }
    /// Bytes of storage held, readable or not; 0 while the buffer is idle.
    package var storage: Int { capacity }

    /// Lends the readable bytes.
    package borrowing func withSpan<R: ~Copyable, E: Error>(
        _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let bytes = UnsafeBufferPointer(start: base.map { UnsafePointer($0 + head) }, count: count)
        return try body(bytes.span)
    }

    /// Lends the readable bytes for changes in place, such as unmasking.
    package mutating func withMutableSpan<R: ~Copyable, E: Error>(
        _ body: (inout MutableSpan<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let bytes = UnsafeMutableBufferPointer(start: base.map { $0 + head }, count: count)
        var span = bytes.mutableSpan
        return try body(&span)
    }

    /// Appends a copy of `bytes`.
    package mutating func append(_ bytes: Span<UInt8>, pool: BufferPool) {
        guard bytes.count > 0 else { return }
        let target = room(for: bytes.count, pool: pool)
        bytes.withUnsafeBufferPointer { target.update(from: $0.baseAddress!, count: $0.count) }
        tail += bytes.count
    }

    package mutating func append(_ bytes: [UInt8], pool: BufferPool) {
        append(bytes.span, pool: pool)
    }

    package mutating func append(_ text: StaticString, pool: BufferPool) {
        guard text.utf8CodeUnitCount > 0 else { return }
        let target = room(for: text.utf8CodeUnitCount, pool: pool)
        target.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        tail += text.utf8CodeUnitCount
    }

    package mutating func append(_ byte: UInt8, pool: BufferPool) {
        room(for: 1, pool: pool).pointee = byte
        tail += 1
    }

    /// Lets `body` write into at least `space` free bytes at the end, as read(2) does. `body` returns how many it
    /// wrote; a result below 1 appends nothing and is handed on, so that error codes pass through.
    package mutating func fill(atLeast space: Int, pool: BufferPool, _ body: (UnsafeMutableRawBufferPointer) -> Int)
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
    package mutating func consume(_ size: Int) {
        precondition(size >= 0 && size <= count, "consumed more than there is")
        head += size
        if head == tail {
            head = 0
            tail = 0
        }
    }

    /// Drops all bytes and gives the storage back.
    package mutating func release(to pool: BufferPool) {
        if let base {
            pool.giveBack(base, capacity)
        }
        base = nil
        head = 0
        tail = 0
        capacity = 0
    }

    /// Makes room for `size` more bytes and points to it; moves the bytes to the front before it grows.
    private mutating func room(for size: Int, pool: BufferPool) -> UnsafeMutablePointer<UInt8> {
        if let base, capacity - tail >= size { return base + tail }
        return grow(for: size, pool: pool)
    }

    @inline(never)
    private mutating func grow(for size: Int, pool: BufferPool) -> UnsafeMutablePointer<UInt8> {
        let used = count
        if let base, capacity - used >= size, head >= used {
            base.update(from: base + head, count: used)
            head = 0
            tail = used
            return base + tail
        }
        let (fresh, room) = pool.take(atLeast: used + size)
        if let base {
            fresh.update(from: base + head, count: used)
            pool.giveBack(base, capacity)
        }
        base = fresh
        capacity = room
        head = 0
        tail = used
        return fresh + used
    }
}
