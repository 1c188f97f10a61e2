import EdgeServer
import Testing
import xmpp_edge

@Suite struct ReadyLineTests {
    @Test("The line says where connections are taken")
    func line() {
        #expect(
            ReadyLine.text(Settings(), addresses: ["127.0.0.1:5280"], admin: "127.0.0.1:5281")
                == "ready http://127.0.0.1:5280/ (websocket /ws, bosh /bosh, admin http://127.0.0.1:5281/)\n")
        #expect(
            ReadyLine.text(
                Settings(), addresses: ["[::1]:80", "unix:/run/edge", "a:1"], secure: ["[::1]:80"], admin: nil)
                == "ready https://[::1]:80/ unix:/run/edge http://a:1/ (websocket /ws, bosh /bosh)\n")
    }
}
