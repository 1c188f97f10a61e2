/// Joins the repeated flags for domains and for servers. Knows their order only.
package enum DomainPairs {
    /// `domain=server` for each domain: by position, or all with the only server, or the only domain with all servers.
    package static func pair(_ domains: [String], _ servers: [String]) throws(ConfigurationProblems) -> [String] {
        if domains.isEmpty && servers.isEmpty { return [] }
        guard !servers.isEmpty else {
            throw ConfigurationProblems("--domain: needs the domain's XMPP server, as in --upstream 127.0.0.1:5222")
        }
        guard !domains.isEmpty else {
            throw ConfigurationProblems(
                "--upstream: needs the domain it serves, as in --domain example.org, or --domain '*' for every domain")
        }
        if domains.count == 1 { return servers.map { "\(domains[0])=\($0)" } }
        guard servers.count == 1 || servers.count == domains.count else {
            throw ConfigurationProblems(
                "--domain, --upstream: \(domains.count) domains and \(servers.count) servers do not pair up; give one "
                    + "server for each domain, in the same order, or one for all")
        }
        return domains.enumerated().map { "\($1)=\(servers[servers.count == 1 ? 0 : $0])" }
    }
}
