/// Gives memory back to the system when most sessions and connections of a worker have ended: the C library would keep it for
/// ever, and an outage that brings everybody at once would be seen in the memory of the process until its end. Counts; ends
/// nothing.
internal import Reactor

final class MemoryReturn: LoopMember {
    /// Sessions and connections.
    private var users = 0
    /// The most of them since memory was last given back.
    private var peak = 0

    /// Fewer that ended than this are not worth a walk through the heap: some 500 KiB.
    private static let worthwhile = 500
    /// Milliseconds that connections of ended sessions may take to be gone.
    private static let patience: UInt64 = 1_000

    func began() {
        users += 1
        peak = max(peak, users)
    }

    func ended() {
        users -= 1
        guard isDue, deadline == .never else { return }
        if !isRegistered { loop.register(self) }
        deadline = loop.now + Self.patience
    }

    private var isDue: Bool { peak - users >= max(Self.worthwhile, peak / 2) }

    override func deadlineReached() {
        guard isDue else { return }
        peak = users
        loop.returnMemory()
    }
}
