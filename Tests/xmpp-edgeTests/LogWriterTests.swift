import Foundation
import Testing
import xmpp_edge

@Suite struct LogWriterTests {
    @Test("Lines of many threads come out whole, and all of them")
    func threads() async throws {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let reader = PipeReader(pipe)
        await withTaskGroup { group in
            for thread in 0..<4 {
                group.addTask { for line in 0..<500 { writer.append { $0 += "thread \(thread) line \(line) end\n" } } }
            }
        }
        writer.flush(within: 30_000)
        try pipe.fileHandleForWriting.close()
        let lines = reader.lines()
        #expect(lines.count == 2_000)
        #expect(Set(lines).count == 2_000)
        #expect(lines.allSatisfy { $0.hasPrefix("thread ") && $0.hasSuffix(" end") })
    }

    @Test("A reader that stands still costs lines, never time, and the loss is told")
    func fullPipe() throws {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor, limit: 1_000)
        let line = String(repeating: "x", count: 99) + "\n"
        // Far more than a pipe and the buffer hold together; nobody reads.
        for _ in 0..<20_000 { writer.append { $0 += line } }
        writer.flush(within: 1)
        let reader = PipeReader(pipe)
        writer.flush(within: 30_000)
        writer.append { $0 += "last\n" }
        writer.flush(within: 30_000)
        try pipe.fileHandleForWriting.close()
        let lines = reader.lines()
        #expect(lines.count < 20_000)
        #expect(
            lines.contains {
                $0.hasPrefix("log: ") && $0.hasSuffix(" lines dropped, they came faster than they were read")
            })
        #expect(lines.last == "last")
    }
}
