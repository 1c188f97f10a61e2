/// Memory that was freed and that the C library still holds. Knows the library's call; does not know who freed it.
internal import CLinux

package enum FreedMemory {
    /// Gives whole free pages back to the system. Walks the heap of every thread, so it is for rare moments.
    package static func returnToSystem() {
        malloc_trim(0)
    }
}
