/// How many descriptors this process may have open: sessions need two each, and the usual soft limit of 1024 is for
/// programs that use select(2).
internal import Glibc

enum DescriptorLimit {
    /// Raises the soft limit to the hard one; gives what there is then.
    static func raise() -> Int {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0 else { return 1_024 }
        var wanted = limit
        wanted.rlim_cur = limit.rlim_max
        if setrlimit(kind, &wanted) == 0 { limit = wanted }
        return Int(clamping: limit.rlim_cur)
    }
}
