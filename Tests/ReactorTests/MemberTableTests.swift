import Testing

import Reactor

private final class Visitor: LoopMember {
    var isGone: () -> Void = {}
    deinit { isGone() }
}

@Suite struct MemberTableTests {
    @Test("members are found by their tokens, however many there are, and not after they have left")
    func places() throws {
        let loop = try EventLoop()
        var table = MemberTable()
        let members = (0..<300).map { _ in Visitor(loop: loop) }
        let tokens = members.map { table.insert($0) }
        #expect(Set(tokens).count == 300)
        #expect(!tokens.contains(0))
        for (member, token) in zip(members, tokens) {
            let found = table.find(token)?.takeUnretainedValue()
            #expect(found === member)
        }
        for token in tokens.prefix(100) { table.remove(token) }
        #expect(table.count == 200)
        for token in tokens.prefix(100) {
            let found = table.find(token) != nil
            #expect(!found)
        }
        // The places are used again, with other tokens.
        let again = (0..<100).map { _ in table.insert(Visitor(loop: loop)) }
        #expect(Set(again).isDisjoint(with: tokens))
        #expect(table.count == 300)
        let unknown = table.find(1 << 32 | 5_000) != nil
        #expect(!unknown)
    }

    @Test("a member that leaves is let go at the end of the turn, not in the middle of a call to it")
    func departure() throws {
        let loop = try EventLoop()
        var table = MemberTable()
        var gone = 0
        var token: UInt64 = 0
        do {
            let visitor = Visitor(loop: loop)
            visitor.isGone = { gone += 1 }
            token = table.insert(visitor)
        }
        table.remove(token)
        table.remove(token)
        #expect(gone == 0)
        for member in table.takeDeparted() { member.release() }
        #expect(gone == 1)
        #expect(table.count == 0)
    }
}
