/// Lines of the hosts file.
import Bytes
import EdgeServer
import Testing

@Suite struct HostsFileTests {
    private static let text = Array(
        """
        # comment example.org
        127.0.0.1\tlocalhost here # there
        ::1   LocalHost ip6-localhost\r
        192.0.2.1 example.org
        nonsense example.org
        192.0.2.1 example.org
        """.utf8)

    private func addresses(_ name: String) -> [String] {
        HostsFile.addresses(of: name, in: Self.text).map(\.description)
    }

    @Test("A name has the addresses of all its lines, whatever its case, each once")
    func names() {
        #expect(addresses("LOCALHOST") == ["127.0.0.1", "0:0:0:0:0:0:0:1"])
        #expect(addresses("here") == ["127.0.0.1"])
        #expect(addresses("example.org") == ["192.0.2.1"])
    }

    @Test("Comments, addresses and names that are not there have none")
    func nothing() {
        for name in ["there", "comment", "127.0.0.1", "example", "", "#"] {
            #expect(addresses(name).isEmpty, "\(name)")
        }
    }

    @Test("A file that is not there says nothing")
    func missing() {
        #expect(HostsFile.addresses(of: "localhost", path: "/nonexistent/hosts").isEmpty)
    }
}
