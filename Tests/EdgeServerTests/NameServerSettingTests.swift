/// How a name server is written.
import EdgeServer
import Testing

@Suite struct NameServerSettingTests {
    @Test(
        "A name server is an address with or without a port",
        arguments: [
            ("127.0.0.1", "127.0.0.1:53"), ("127.0.0.1:5353", "127.0.0.1:5353"), ("[::1]:54", "[::1]:54"),
            ("::1", "[::1]:53"), ("system", "system"), ("", "system"),
        ])
    func forms(_ text: String, _ written: String) {
        #expect(NameServerSetting(text)?.description == written)
    }

    @Test(
        "Names and wrong ports are none",
        arguments: ["localhost", "127.0.0.1:0", "127.0.0.1:65536", "::1:53:", "[::1", "1.2.3", "127.0.0.1 53"])
    func noForms(_ text: String) {
        #expect(NameServerSetting(text) == nil)
    }
}
