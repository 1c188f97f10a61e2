import Bytes
import XMPPWire

/// The result of a check as a value that expectations can compare.
enum Outcome: Equatable {
    case passed(CheckedElement)
    case refused(XMLFailure)

    var kind: CheckedElement.Kind? {
        if case .passed(let element) = self { element.kind } else { nil }
    }

    var needsRewrite: Bool? {
        if case .passed(let element) = self { element.needsRewrite } else { nil }
    }

    /// The bytes of `message` that go on as they are; nil when none may.
    func forwarded(from message: [UInt8]) -> [UInt8]? {
        guard case .passed(let element) = self, !element.needsRewrite else { return nil }
        return Array(message[element.range])
    }
}

extension StanzaChecker {
    func outcome(_ message: [UInt8], _ limits: XMLLimits) -> Outcome {
        do throws(XMLFailure) {
            return .passed(try check(message.span, limits: limits))
        } catch {
            return .refused(error)
        }
    }

    func rewritten(_ text: String) -> String {
        String(decoding: rewritten(Array(text.utf8).span), as: UTF8.self)
    }
}
