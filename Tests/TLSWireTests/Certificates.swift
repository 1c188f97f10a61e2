/// The certificates that Tests/certificates makes, made once for a run of the tests.
import Foundation
import TLSWire

enum Certificates {
    private static let folder: URL = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let folder = FileManager.default.temporaryDirectory.appending(path: "certificates-\(UUID().uuidString)")
        let made = Process()
        made.executableURL = root.appending(path: "certificates")
        made.arguments = [folder.path]
        do {
            try made.run()
            made.waitUntilExit()
        } catch {
            preconditionFailure("Tests/certificates cannot be run: \(error)")
        }
        precondition(made.terminationStatus == 0, "Tests/certificates failed; is openssl installed?")
        return folder
    }()

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }

    static func identity(_ name: String, staple: String? = nil) throws -> CertificateIdentity {
        try CertificateIdentity(
            chain: try bytes("\(name).pem"), key: try bytes("\(name).key"), staple: try staple.map { try bytes($0) })
    }

    static func server(_ names: String..., tickets: TicketKeys = .random()) throws -> TLSServer {
        try TLSServer(try names.map { try identity($0) }, tickets: tickets)
    }

    static func client(trusting authority: String = "ca.pem") throws -> TLSClient {
        try TLSClient(authorities: try bytes(authority))
    }
}
