/// Counts the memory that sessions keep for compression, and says no when it would be too much. Any thread may ask. Knows
/// what zlib takes; allocates nothing.
internal import Synchronization
internal import WebSocketWire

package final class WindowMemory: Sendable {
    private let used = Atomic<Int>(0)

    package init() {}

    /// One session's part, given back when nobody holds it any more.
    package final class Lease: Sendable {
        private let owner: WindowMemory
        private let bytes: Int

        fileprivate init(_ owner: WindowMemory, _ bytes: Int) {
            self.owner = owner
            self.bytes = bytes
        }

        deinit {
            owner.used.subtract(bytes, ordering: .relaxed)
        }
    }

    /// Memory for a session's two windows, nil when it would be more than is allowed.
    package func lease(_ compression: Compression) -> Lease? {
        guard compression.windowMemory > 0 else { return nil }
        let bits = compression.windowBits
        let bytes = MessageDeflater.memory(windowBits: bits) + MessageInflater.memory(windowBits: bits)
        let lease = Lease(self, bytes)
        // Together first, then the look: two threads at the limit may both be refused, but never both get the last part.
        let after = used.add(bytes, ordering: .relaxed).newValue
        return after <= compression.windowMemory ? lease : nil
    }

    /// Bytes that sessions hold now.
    package var inUse: Int { used.load(ordering: .relaxed) }
}
