/// A growing list of tokens that is emptied once a turn: the sockets whose output is to leave. Knows numbers only.
///
/// A plain block of memory, because an array's checks of bounds and uniqueness cost more than all the rest of it.
struct TokenList: ~Copyable {
    private var tokens: UnsafeMutablePointer<UInt64>
    private var capacity = 64
    private(set) var count = 0

    init() {
        tokens = .allocate(capacity: capacity)
    }

    deinit {
        tokens.deallocate()
    }

    @inline(__always)
    mutating func append(_ token: UInt64) {
        if count == capacity { grow() }
        (tokens + count).initialize(to: token)
        count &+= 1
    }

    /// - Parameter index: below `count`.
    @inline(__always)
    subscript(_ index: Int) -> UInt64 { tokens[index] }

    @inline(__always)
    mutating func removeAll() {
        count = 0
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: tokens, count: count)
        tokens.deallocate()
        tokens = larger
        capacity *= 2
    }
}
