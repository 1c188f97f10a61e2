/// Who the sessions log in as: accounts by pattern, or anonymous. Knows names and passwords; does not know mechanisms.
package struct Accounts: Codable, Equatable, Sendable {
    /// The local part, `%d` stands for the account's number; nil for anonymous logins.
    package var user: String?
    /// `%d` stands for the account's number.
    package var password: String
    /// Number of the first account.
    package var first: Int
    /// How many accounts there are; further sessions share them, each with a resource of its own. 0: one a session.
    package var count: Int

    // Results are shown around: they say who logged in, but not the password.
    private enum CodingKeys: String, CodingKey {
        case user, first, count
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            user: try values.decodeIfPresent(String.self, forKey: .user),
            first: try values.decode(Int.self, forKey: .first), count: try values.decode(Int.self, forKey: .count))
    }

    package init(user: String?, password: String = "", first: Int = 0, count: Int = 0) {
        self.user = user
        self.password = password
        self.first = first
        self.count = count
    }

    /// The account of a session; nil for an anonymous one.
    package func account(ofSession index: Int) -> Account? {
        guard let user else { return nil }
        let number = "\(first + (count > 0 ? index % count : index))"
        return Account(
            user: user.replacing("%d", with: number), password: password.replacing("%d", with: number))
    }
}

package struct Account: Equatable, Sendable {
    package var user: String
    package var password: String

    package init(user: String, password: String) {
        self.user = user
        self.password = password
    }
}
