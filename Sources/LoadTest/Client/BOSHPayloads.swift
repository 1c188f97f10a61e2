/// Elements that wait for the next BOSH requests, gathered into bodies that every server takes. Knows sizes; numbering is
/// `BOSHClient`'s business.
internal import Bytes

package struct BOSHPayloads {
    private struct Payload {
        var bytes: [UInt8] = []
        var elements = 0
    }

    private var waiting: [Payload] = []
    private var first = 0
    /// Bytes of all that wait.
    package private(set) var count = 0

    package init() {}

    /// Bytes of elements in one body; a larger element goes alone. Half of what servers commonly take is 128 KiB.
    private static let maxBytes = 128 << 10
    /// Elements in one body. Servers check each of them before the first goes on.
    private static let maxElements = 128

    package var isEmpty: Bool { count == 0 }

    package mutating func append(_ element: Span<UInt8>) {
        let isFull = waiting.last.map {
            $0.bytes.count + element.count > Self.maxBytes || $0.elements == Self.maxElements
        }
        if isFull ?? true { waiting.append(Payload()) }
        element.withUnsafeBufferPointer { waiting[waiting.count - 1].bytes.append(contentsOf: $0) }
        waiting[waiting.count - 1].elements += 1
        count += element.count
    }

    /// The elements of the next body, none when nothing waits.
    package mutating func next() -> [UInt8] {
        guard first < waiting.count else { return [] }
        var bytes: [UInt8] = []
        swap(&bytes, &waiting[first].bytes)
        first += 1
        count -= bytes.count
        if first == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            first = 0
        }
        return bytes
    }
}
