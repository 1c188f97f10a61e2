/// Notices that files of certificates have changed, and when tickets need new keys. Knows sizes and times of files; reads
/// none.
internal import Glibc
internal import Reactor

final class SecurityWatcher: LoopMember {
    private var files: [String]
    private var signature: [Int]
    /// What it was at the last look, while it is not yet the same twice.
    private var unsettled: [Int]?
    private var nextTickets: Instant
    private var filesChanged: (() -> Void)?
    private var ticketsAreOld: (() -> Void)?

    /// Milliseconds between looks. Who renews writes certificate and key one after the other: two looks have to agree.
    private static let interval: UInt64 = 1_000
    /// Milliseconds after which a stolen ticket key opens no newer session. Half a day, as others have it.
    private static let ticketLife: UInt64 = 12 * 3_600_000

    init(loop: EventLoop, files: [String]) {
        self.files = files
        signature = Self.look(files)
        nextTickets = loop.now + Self.ticketLife
        super.init(loop: loop)
    }

    func open(filesChanged: @escaping () -> Void, ticketsAreOld: @escaping () -> Void) {
        self.filesChanged = filesChanged
        self.ticketsAreOld = ticketsAreOld
        loop.register(self)
        deadline = loop.now + Self.interval
    }

    /// Other files count from now on, as they are.
    func watch(_ files: [String]) {
        self.files = files
        signature = Self.look(files)
        unsettled = nil
    }

    override func deadlineReached() {
        lookAgain()
        if loop.now >= nextTickets {
            nextTickets = loop.now + Self.ticketLife
            ticketsAreOld?()
        }
        deadline = loop.now + Self.interval
    }

    private func lookAgain() {
        let current = Self.look(files)
        guard current != signature else {
            unsettled = nil
            return
        }
        guard current == unsettled else {
            unsettled = current
            return
        }
        signature = current
        unsettled = nil
        filesChanged?()
    }

    private static func look(_ files: [String]) -> [Int] {
        files.flatMap { path in
            var info = stat()
            guard stat(path, &info) == 0 else { return [0] }
            return [
                Int(info.st_size), Int(info.st_mtim.tv_sec), Int(info.st_mtim.tv_nsec),
                Int(truncatingIfNeeded: info.st_ino),
            ]
        }
    }
}
