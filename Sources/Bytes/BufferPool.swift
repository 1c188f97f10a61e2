/// Keeps a bounded stock of freed blocks by size class, for one thread. Knows sizes; does not know who borrows.
///
/// A server with many idle connections needs few buffers at any one moment: each connection takes one when bytes wait
/// and gives it back when they have left.
public final class BufferPool {
    /// Size classes, each four times the one before; larger wishes go to the allocator and are not kept.
    private static let classes = 6
    private static let smallest = 256
    private static let largest = smallest << (2 * (classes - 1))
    /// Bytes kept per size class, so that a burst does not pin its peak for ever.
    public static let defaultKeep = 128 << 10

    /// The kept blocks of one class: each holds the place of the next in its first bytes.
    private struct Stock {
        var first: UnsafeMutablePointer<UInt8>?
        var count = 0
    }

    private let stock: UnsafeMutablePointer<Stock>
    private let keep: Int

    /// - Parameter keep: bytes kept per size class (six classes), 0 or more.
    public init(keep: Int = BufferPool.defaultKeep) {
        self.keep = keep
        stock = .allocate(capacity: Self.classes)
        stock.initialize(repeating: Stock(), count: Self.classes)
    }

    deinit {
        empty()
        stock.deallocate()
    }

    /// Lets go of all that lies unused.
    public func empty() {
        for index in 0..<Self.classes {
            while let block = pop(index) { block.deallocate() }
        }
    }

    /// Bytes that lie unused in the pool.
    public var kept: Int {
        (0..<Self.classes).reduce(0) { $0 + stock[$1].count * Self.size(of: $1) }
    }

    @inline(__always)
    func take(atLeast size: Int) -> (UnsafeMutablePointer<UInt8>, Int) {
        guard size <= Self.largest else {
            // More than asked for, so that a growing buffer copies each byte only a few times.
            let room = size + size / 2
            return (.allocate(capacity: room), room)
        }
        let index = Self.index(for: size)
        return (pop(index) ?? .allocate(capacity: Self.size(of: index)), Self.size(of: index))
    }

    @inline(__always)
    func giveBack(_ block: UnsafeMutablePointer<UInt8>, _ size: Int) {
        let index = Self.index(for: size)
        // A block of a size of its own, or one too many.
        guard size <= Self.largest, (stock[index].count + 1) * size <= keep else { return block.deallocate() }
        UnsafeMutableRawPointer(block).storeBytes(of: stock[index].first, as: UnsafeMutablePointer<UInt8>?.self)
        stock[index].first = block
        stock[index].count += 1
    }

    private func pop(_ index: Int) -> UnsafeMutablePointer<UInt8>? {
        guard let block = stock[index].first else { return nil }
        stock[index].first = UnsafeRawPointer(block).load(as: UnsafeMutablePointer<UInt8>?.self)
        stock[index].count -= 1
        return block
    }

    private static func size(of index: Int) -> Int {
        smallest << (2 * index)
    }

    /// The smallest class that holds `size` bytes; the last one for all that is larger.
    private static func index(for size: Int) -> Int {
        guard size > smallest else { return 0 }
        let doublings = Int.bitWidth - ((size - 1) / smallest).leadingZeroBitCount
        return min((doublings + 1) / 2, classes - 1)
    }
}
