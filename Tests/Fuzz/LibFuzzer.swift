/// The way into libFuzzer, which is linked in when the compiler is told `-sanitize=fuzzer`.
#if LIBFUZZER
import Foundation

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// libFuzzer's library looks for this name.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    LibFuzzer.target?.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

enum LibFuzzer {
    /// libFuzzer calls a C function, which cannot carry the target: it is found by its name again.
    static let target: (any FuzzTarget.Type)? = {
        let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"]
        return targets.first { $0.name == name }
    }()

    static func run(_ target: any FuzzTarget.Type, _ arguments: [String]) -> CInt {
        setenv("FUZZ_TARGET", target.name, 1)
        var passed = ([arguments[0]] + arguments.dropFirst(2)).map { strdup($0) } + [nil]
        var count = CInt(passed.count - 1)
        return passed.withUnsafeMutableBufferPointer { buffer in
            guard var start = buffer.baseAddress else { return 2 }
            return runDriver(&count, &start, testOneInput)
        }
    }
}
#endif
