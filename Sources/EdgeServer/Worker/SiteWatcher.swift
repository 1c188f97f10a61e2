/// Notices that files of the static site have changed, by a cheap look once in a while. Knows the signature of the
/// folder; does not load it.
internal import Reactor

final class SiteWatcher: LoopMember {
    private var folder: String?
    private var signature: UInt64 = 0
    private var changed: (() -> Void)?

    /// Milliseconds between looks: an editor's save is on the page at the next reload by hand.
    private static let interval: UInt64 = 1_000

    /// Compares with the folder as it is now: call before it is loaded, so that no change gets lost in between.
    func look(at folder: String?) {
        self.folder = folder
        signature = folder.map(StaticSite.signature) ?? 0
    }

    func open(_ changed: @escaping () -> Void) {
        self.changed = changed
        loop.register(self)
        deadline = loop.now + Self.interval
    }

    override func deadlineReached() {
        let current = folder.map(StaticSite.signature) ?? 0
        if current != signature {
            signature = current
            changed?()
        }
        deadline = loop.now + Self.interval
    }
}
