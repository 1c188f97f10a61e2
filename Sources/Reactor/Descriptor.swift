/// Owns one file descriptor and closes it exactly once. Knows nothing of what it leads to.
internal import Glibc

package struct Descriptor: ~Copyable {
    package let raw: Int32

    package init(owning raw: Int32) {
        precondition(raw >= 0, "no descriptor to own")
        self.raw = raw
    }

    deinit {
        // EINTR on Linux means closed all the same: closing again could hit a descriptor that is somebody else's by now.
        _ = close(raw)
    }

    /// Hands the number on without closing it.
    package consuming func release() -> Int32 {
        let number = raw
        discard self
        return number
    }
}
