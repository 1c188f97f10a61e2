import Reactor
import Testing

final class Alarm: LoopMember {
    var fired: [Instant] = []
    override func deadlineReached() { fired.append(loop.now) }
}

@Suite struct LoopTests {
    @Test func firesADeadlineNotBeforeItsTime() throws {
        let loop = try EventLoop()
        let alarm = Alarm(loop: loop)
        loop.register(alarm)
        let due = Instant.now() + 150
        alarm.deadline = due
        for _ in 0..<200 where alarm.fired.isEmpty { loop.turn(atMost: 20) }
        #expect(alarm.fired.count == 1)
        #expect(alarm.fired.allSatisfy { $0 >= due })
        #expect(alarm.deadline == .never)
    }

    @Test func aDeadlineMovedBackFiresOnceAtTheLaterTime() throws {
        let loop = try EventLoop()
        let alarm = Alarm(loop: loop)
        loop.register(alarm)
        alarm.deadline = Instant.now() + 70
        let later = Instant.now() + 300
        alarm.deadline = later
        for _ in 0..<300 where alarm.fired.isEmpty { loop.turn(atMost: 20) }
        #expect(alarm.fired.count == 1)
        #expect(alarm.fired.allSatisfy { $0 >= later })
    }

    @Test func aDeadlineMovedForwardFiresAtTheEarlierTime() throws {
        let loop = try EventLoop()
        let alarm = Alarm(loop: loop)
        loop.register(alarm)
        alarm.deadline = Instant.now() + 60_000
        alarm.deadline = Instant.now() + 80
        for _ in 0..<100 where alarm.fired.isEmpty { loop.turn(atMost: 20) }
        #expect(alarm.fired.count == 1)
        #expect(alarm.deadline == .never)
    }

    @Test func anUnregisteredMemberHearsNothingEvenIfItsSlotIsUsedAgain() throws {
        let loop = try EventLoop()
        let gone = Alarm(loop: loop)
        loop.register(gone)
        gone.deadline = Instant.now() + 50
        loop.unregister(gone)
        let next = Alarm(loop: loop)
        loop.register(next)
        let end = Instant.now() + 250
        while Instant.now() < end { loop.turn(atMost: 20) }
        #expect(gone.fired.isEmpty && next.fired.isEmpty)
        #expect(loop.memberCount == 1)
    }

    @Test func messagesFromAnotherThreadArriveInOrder() throws {
        let loop = try EventLoop()
        let mailbox = try Mailbox<Int>()
        var got: [Int] = []
        try mailbox.open(in: loop) { got.append($0) }
        let thread = try LoopThread(name: "sender") {
            for number in 0..<10_000 { mailbox.post(number) }
        }
        // Turns are no measure: where the threads take turns on a processor, each brings one message.
        let end = Instant.now() + 60_000
        while got.count < 10_000 && Instant.now() < end { loop.turn(atMost: 20) }
        thread.join()
        #expect(got == Array(0..<10_000))
    }

    @Test func aThreadOwnsItsLoop() throws {
        let mailbox = try Mailbox<Bool>()
        let thread = try LoopThread(name: "loop") {
            guard let loop = try? EventLoop() else { return }
            try? mailbox.open(in: loop) { _ in loop.stop() }
            loop.run()
        }
        mailbox.post(true)
        thread.join()
    }

    @Test func addressesPrintAndCountAsOneWouldExpect() throws {
        let four = try SocketAddress.resolve(host: "127.0.0.1", port: 80)[0]
        let six = try SocketAddress.resolve(host: "2001:db8:1:2:3::4", port: 443)[0]
        let mapped = try SocketAddress.resolve(host: "::ffff:127.0.0.1", port: 80)[0]
        #expect(four.description == "127.0.0.1:80" && four.isLoopback)
        #expect(six.description == "[2001:db8:1:2:3::4]:443" && !six.isLoopback)
        #expect(mapped.isLoopback && mapped.limitKey == four.limitKey)
        let neighbour = try SocketAddress.resolve(host: "2001:db8:1:2:ffff::1", port: 1)[0]
        #expect(neighbour.limitKey == six.limitKey)
        #expect(throws: ResolveFailure.self) { try SocketAddress.resolve(host: "no.such.host.invalid", port: 1) }
    }

    @Test func aTakenPortIsNoticedInSpiteOfPortSharing() throws {
        let socket = try ListeningSocket.tcp(try SocketAddress.resolve(host: "127.0.0.1", port: 0)[0])
        let second = try ListeningSocket.tcp(socket.address)
        #expect(second.address == socket.address)
        #expect(ListeningSocket.isTaken(socket.address))
    }
}
