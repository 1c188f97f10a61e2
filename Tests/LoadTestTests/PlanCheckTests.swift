import Foundation
import LoadTest
import Testing

@Suite struct PlanCheckTests {
    private func plan(_ change: (inout LoadPlan) -> Void = { _ in }) throws -> LoadPlan {
        var plan = LoadPlan(
            scenario: .echo, target: try Target("ws://h"), domain: "d", accounts: Accounts(user: nil))
        change(&plan)
        return plan
    }

    @Test func aPlanAsItIsMadeCanBeRun() throws {
        try plan().check()
    }

    @Test("What cannot work is refused, and the sentence names the flag")
    func refused() throws {
        let changes: [(String, (inout LoadPlan) -> Void)] = [
            ("--sessions", { $0.sessions = 0 }), ("--sessions", { $0.sessions = .max }),
            ("--threads", { $0.threads = -1 }), ("--threads", { $0.threads = 100_000 }),
            ("--size", { $0.messageSize = 0 }), ("--size", { $0.messageSize = .max }),
            ("--connect-rate", { $0.connectRate = .nan }), ("--connect-rate", { $0.connectRate = .infinity }),
            ("--rate", { $0.flow = .open(rate: .infinity, ramp: 0) }),
            ("--rate", { $0.flow = .open(rate: -1, ramp: 0) }),
            ("--window", { $0.flow = .closed(window: 0) }), ("--window", { $0.flow = .closed(window: .max) }),
            ("--stop-at", { $0.stopAtErrorShare = 1.5 }), ("--stop-at", { $0.stopAtErrorShare = .nan }),
            ("--room-size", { $0.roomSize = 0 }), ("--duration", { $0.duration = 0 }),
            ("--domain", { $0.domain = "" }), ("--domain", { $0.domain = "a'b" }), ("--domain", { $0.domain = "a b" }),
            ("--room-service", { ($0.scenario, $0.roomService) = (.room, "<x>") }),
            ("--mechanism", { $0.mechanism = .plain }),
            ("--mechanism", { ($0.accounts.user, $0.mechanism) = ("u", .anonymous) }),
            ("--user", { $0.accounts.user = "" }), ("--user", { $0.accounts.user = "u@d" }),
            ("--first-account", { ($0.accounts.user, $0.accounts.first) = ("u", .max) }),
            ("--account-count", { ($0.accounts.user, $0.accounts.count) = ("u", -1) }),
        ]
        for (index, (flag, change)) in changes.enumerated() {
            let plan = try plan(change)
            let complaint = #expect(throws: InvalidText.self, "\(index)") { try plan.check() }
            #expect(complaint?.description.hasPrefix(flag + " ") == true, "\(complaint?.description ?? "")")
        }
    }

    @Test func theWindowOfOneSessionFitsIntoWhatItMayHaveUnderWay() throws {
        try plan { $0.flow = .closed(window: LoadPlan.maxUnderWay / 200) }.check()
        let tooMany = try plan { $0.flow = .closed(window: LoadPlan.maxUnderWay / 200 + 1) }
        #expect(throws: InvalidText.self) { try tooMany.check() }
    }

    @Test func whatIsWrittenOfAPlanHasNoPassword() throws {
        let plan = try plan { $0.accounts = Accounts(user: "user%d", password: "hunter2", first: 3, count: 9) }
        let text = try JSONEncoder().encode(plan)
        #expect(!String(decoding: text, as: UTF8.self).contains("hunter2"))
        let read = try JSONDecoder().decode(LoadPlan.self, from: text)
        #expect(read.accounts == Accounts(user: "user%d", first: 3, count: 9))
    }
}
