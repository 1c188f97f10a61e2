/// What a loop keeps for later use, given back to the system. Knows where spare storage lies; others know when it is not
/// worth keeping.
internal import Bytes
internal import CLinux

extension EventLoop {
    /// Gives back all memory that lies unused: the C library would keep it for ever. Walks the heap of every thread, so it
    /// is for rare moments.
    package func returnMemory() {
        // Each block or list that is left in the middle of free pages would hold one of them.
        pool.empty()
        shrinkWheel()
        malloc_trim(0)
    }
}
