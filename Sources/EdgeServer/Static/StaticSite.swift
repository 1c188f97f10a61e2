struct StaticSite: Sendable {
    static func load(_ folder: String, _ settings: Settings) throws -> StaticSite { StaticSite() }
    static func signature(_ folder: String) -> UInt64 { 0 }
}
