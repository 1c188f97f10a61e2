import LoadTest
import Reactor
import Testing

@Suite struct AddressesTests {
    @Test func theFirstAddressThatTakesAConnectionIsUsed() throws {
        let listening = try ListeningSocket.tcp(try #require(SocketAddress.resolve(host: "127.0.0.1", port: 0).first))
        let nobody = try #require(SocketAddress.resolve(host: "127.0.0.1", port: 1).first)
        #expect(Addresses.first(of: [nobody, listening.address], from: nil) == listening.address)
        #expect(Addresses.first(of: [listening.address, nobody], from: nil) == listening.address)
        #expect(Addresses.first(of: [nobody, nobody], from: nil) == nobody)
    }

    @Test(
        "What cannot be used is told in a sentence",
        arguments: [
            ("tcp://nobody.invalid", [], "nobody.invalid has no address"),
            ("tcp://127.0.0.1", ["192.0.2.1"], "--source 192.0.2.1 cannot be used"),
            ("tcp://[::1]", ["127.0.0.1"], "--source and ::1 must all be of one kind"),
        ])
    func refused(_ url: String, _ sources: [String], _ words: String) throws {
        var plan = LoadPlan(scenario: .echo, target: try Target(url), domain: "d", accounts: Accounts(user: nil))
        plan.sources = sources
        let complaint = #expect(throws: InvalidText.self) { try Addresses(plan) }
        #expect(complaint?.description.hasPrefix(words) == true, "\(complaint?.description ?? "")")
    }
}
