/// Gives memory back to the system when most sessions of a worker have ended: the C library would keep it for ever, and an
/// outage that brings everybody at once would be seen in the memory of the process until its end. Counts; ends nothing.
internal import Reactor

final class MemoryReturn: LoopMember {
    private var sessions = 0
    /// The most sessions since memory was last given back.
    private var peak = 0

    /// Fewer ended sessions than this are not worth a walk through the heap: some 500 KiB.
    private static let worthwhile = 500
    /// Milliseconds that connections of ended sessions may take to be gone.
    private static let patience: UInt64 = 1_000

    func sessionBegan() {
        sessions += 1
        peak = max(peak, sessions)
    }

    func sessionEnded() {
        sessions -= 1
        guard isDue, deadline == .never else { return }
        if !isRegistered { loop.register(self) }
        deadline = loop.now + Self.patience
    }

    private var isDue: Bool { peak - sessions >= max(Self.worthwhile, peak / 2) }

    override func deadlineReached() {
        guard isDue else { return }
        peak = sessions
        loop.returnMemory()
    }
}
