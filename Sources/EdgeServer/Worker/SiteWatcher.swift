/// Notices that files of the static site have changed, by a cheap look once in a while. Knows the signature of the
/// folder; does not load it.
internal import Reactor

final class SiteWatcher: LoopMember {
    private let folder: String
    private var signature: UInt64
    private var changed: (() -> Void)?

    /// Milliseconds between looks: an editor's save is on the page at the next reload by hand.
    private static let interval: UInt64 = 1_000

    init(loop: EventLoop, folder: String) {
        self.folder = folder
        signature = StaticSite.signature(folder)
        super.init(loop: loop)
    }

    func open(_ changed: @escaping () -> Void) {
        self.changed = changed
        loop.register(self)
        deadline = loop.now + Self.interval
    }

    override func deadlineReached() {
        let current = StaticSite.signature(folder)
        if current != signature {
            signature = current
            changed?()
        }
        deadline = loop.now + Self.interval
    }
}
