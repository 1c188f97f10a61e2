/// Fuzzes one parser in this process: `Fuzz NAME [SECONDS [SEED]]`, `Fuzz NAME --input FILE` to repeat one input, `Fuzz` for
/// the names.
///
/// Built with `-Xswiftc -sanitize=fuzzer -Xswiftc -DLIBFUZZER -Xswiftc -use-ld=lld` (and a scratch path of its own) it runs
/// under libFuzzer, which learns from coverage: `Fuzz NAME --seeds FOLDER` writes the first inputs into a folder, then `Fuzz
/// NAME FOLDER [libFuzzer's options]`.
///
/// The input that is being tried is kept in fuzz-NAME.input, so that it is there after a crash.
import Foundation
import WireTesting

let arguments = CommandLine.arguments
guard arguments.count > 1, let target = targets.first(where: { $0.name == arguments[1] }) else {
    print(targets.map { $0.name }.joined(separator: "\n"))
    exit(arguments.count > 1 ? 2 : 0)
}

if arguments.count > 3, arguments[2] == "--input" {
    target.run(Array(try Data(contentsOf: URL(filePath: arguments[3]))))
    print("\(target.name): no crash")
    exit(0)
}

if arguments.count > 3, arguments[2] == "--seeds" {
    let folder = URL(filePath: arguments[3])
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (index, seed) in target.seeds.enumerated() {
        try Data(seed).write(to: folder.appending(path: "seed-\(index)"))
    }
    exit(0)
}

#if LIBFUZZER
exit(LibFuzzer.run(target, arguments))
#else
let seconds = arguments.count > 2 ? Double(arguments[2]) ?? 10 : 10
let seed = arguments.count > 3 ? UInt64(arguments[3]) ?? 1 : 1
var journal = try Journal(path: "fuzz-\(target.name).input")
let end = Date(timeIntervalSinceNow: seconds)
var mutator = Mutator(seed: seed, dictionary: target.dictionary)
let corpus = target.seeds
var runs = 0
for input in corpus { target.run(input) }
while runs % 64 != 0 || Date() < end {
    let input = mutator.next(from: corpus)
    journal.write(input)
    target.run(input)
    runs += 1
}
journal.remove()
print("\(target.name): \(runs) inputs from seed \(seed), no crash")
#endif
