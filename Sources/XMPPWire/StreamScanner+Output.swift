/// Writes a cut element so that it stands alone: the server's bytes, and in its start tag the declarations it had from the
/// stream header. Knows what is missing; changes nothing else.
package import Bytes

extension StreamScanner {
    /// Bytes that `write` will append.
    package func outputSize(of cut: ElementCut) -> Int {
        guard let namespaces else { return cut.usualSize ?? cut.size }
        var size = cut.size
        forEachMissing(cut, namespaces) { size += $0.count }
        return size
    }

    package func write(
        _ cut: ElementCut, from input: Span<UInt8>, to output: inout ByteBuffer, pool: BufferPool
    ) {
        guard let namespaces else { return cut.writeUsual(from: input, to: &output, pool: pool) }
        output.append(input.extracting(Int(cut.start)..<Int(cut.nameEnd)), pool: pool)
        forEachMissing(cut, namespaces) { output.append($0, pool: pool) }
        output.append(input.extracting(Int(cut.nameEnd)..<Int(cut.end)), pool: pool)
    }

    /// The same as `write`, for elements that somebody wants to look into.
    package func output(_ cut: ElementCut, from input: Span<UInt8>) -> [UInt8] {
        let missing = namespaces ?? HeaderNamespaces.usual
        var output: [UInt8] = []
        output.reserveCapacity(namespaces == nil ? cut.usualSize ?? cut.size : outputSize(of: cut))
        input.extracting(Int(cut.start)..<Int(cut.nameEnd)).withUnsafeBufferPointer { output += $0 }
        forEachMissing(cut, missing) { output += $0 }
        input.extracting(Int(cut.nameEnd)..<Int(cut.end)).withUnsafeBufferPointer { output += $0 }
        return output
    }

    private func forEachMissing(
        _ cut: ElementCut, _ namespaces: HeaderNamespaces, _ body: ([UInt8]) -> Void
    ) {
        if cut.needsDefaultNamespace { body(namespaces.defaultNamespace.written) }
        if cut.needsStreamNamespace { body(namespaces.streams.written) }
        guard cut.needsExtras else { return }
        for (index, extra) in namespaces.extras.enumerated() where cut.missingExtras >> UInt16(index) & 1 != 0 {
            body(extra.written)
        }
    }
}
