import EdgeServer
import Testing

@Suite struct WindowMemoryTests {
    private static func compression(bytes: Int) -> Compression {
        var compression = Compression()
        compression.windowMemory = bytes
        return compression
    }

    @Test("PM-007: windows are leased up to the limit, and what ends comes back")
    func limit() {
        let memory = WindowMemory()
        let compression = Self.compression(bytes: 64 << 10)
        var leases = [memory.lease(compression), memory.lease(compression), memory.lease(compression)]
        #expect(leases.map { $0 == nil } == [false, false, true])
        #expect(memory.inUse <= 64 << 10)
        leases.removeFirst()
        #expect(memory.lease(compression) != nil)
        leases = []
        #expect(memory.inUse == 0)
    }

    @Test("PM-007: without memory for it there is no window")
    func none() {
        let memory = WindowMemory()
        #expect(memory.lease(Compression()) == nil)
        #expect(memory.lease(Self.compression(bytes: 1)) == nil)
        #expect(memory.inUse == 0)
    }
}
