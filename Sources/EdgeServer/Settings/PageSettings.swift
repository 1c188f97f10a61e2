/// What the web page offers to people without an account. Knows nothing of the page; it stands in its config.json.
package struct PageSettings: Sendable, Equatable {
    /// The page lets people make an account, if the server allows it too (XEP-0077).
    package var allowsRegistration = false
    /// A domain where nobody needs a password (RFC 4505); nil lets no guests in.
    package var guestDomain: String?
    /// The rooms guests may be led to; the first is the one when no room is named.
    package var guestRooms: [String] = []

    package init() {}
}
