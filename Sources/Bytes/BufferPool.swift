/// Keeps a bounded stock of freed blocks by size class, for one thread. Knows sizes; does not know who borrows.
///
/// A server with many idle connections needs few buffers at any one moment: each connection takes one when bytes wait
/// and gives it back when they have left.
package final class BufferPool {
    /// Block sizes in bytes; larger wishes go to the allocator and are not kept.
    private static let sizes = [512, 2_048, 8_192, 32_768, 131_072]
    /// Bytes kept per size class, so that a burst does not pin its peak for ever.
    package static let defaultKeep = 1 << 20

    private var stock: [[UnsafeMutablePointer<UInt8>]]
    private let keep: Int

    /// - Parameter keep: bytes kept per size class (five classes), 0 or more.
    package init(keep: Int = BufferPool.defaultKeep) {
        self.keep = keep
        stock = Self.sizes.map { _ in [] }
        for index in stock.indices {
            stock[index].reserveCapacity(keep / Self.sizes[index])
        }
    }

    deinit {
        for blocks in stock {
            for block in blocks { block.deallocate() }
        }
    }

    /// Bytes that lie unused in the pool.
    package var kept: Int {
        zip(stock, Self.sizes).reduce(0) { $0 + $1.0.count * $1.1 }
    }

    func take(atLeast size: Int) -> (UnsafeMutablePointer<UInt8>, Int) {
        var index = 0
        while index < Self.sizes.count {
            let room = Self.sizes[index]
            if size <= room {
                if let block = stock[index].popLast() { return (block, room) }
                return (.allocate(capacity: room), room)
            }
            index += 1
        }
        // Doubling keeps a growing buffer linear in the bytes copied.
        let room = size + size / 2
        return (.allocate(capacity: room), room)
    }

    func giveBack(_ block: UnsafeMutablePointer<UInt8>, _ size: Int) {
        if let index = Self.sizes.firstIndex(of: size), (stock[index].count + 1) * size <= keep {
            stock[index].append(block)
        } else {
            block.deallocate()
        }
    }
}
