/// Draws lines over two axes as SVG, styled by the page's classes so that it follows light, dark and paper. Knows geometry
/// and ticks; does not know what is plotted.
internal import Glibc

package struct SVGPlot {
    package struct Line {
        package var name: String
        /// In the order of x.
        package var points: [(x: Double, y: Double)]

        package init(name: String, points: [(x: Double, y: Double)]) {
            self.name = name
            self.points = points
        }
    }

    package struct Tick {
        package var value: Double
        package var label: String

        package init(value: Double, label: String) {
            self.value = value
            self.label = label
        }
    }

    /// A part of the x axis that is shaded.
    package struct Band {
        package var name: String
        package var range: ClosedRange<Double>

        package init(name: String, range: ClosedRange<Double>) {
            self.name = name
            self.range = range
        }
    }

    package var title: String
    package var xTitle: String
    package var lines: [Line]
    /// Powers of ten are evenly spaced; values at or below 0 are left out.
    package var isLogarithmic = false
    /// What the x axis spans at least; plots above each other have the same.
    package var xRange: ClosedRange<Double>?
    package var band: Band?
    /// Given by the caller where the axis is not a plain number; else chosen.
    package var xTicks: [Tick]?
    /// How a value of the y axis is written.
    package var yText: (Double) -> String

    package init(
        title: String, xTitle: String, lines: [Line], yText: @escaping (Double) -> String
    ) {
        self.title = title
        self.xTitle = xTitle
        self.lines = lines
        self.yText = yText
    }

    private static let width = 720.0
    private static let height = 260.0
    private static let left = 76.0
    private static let right = 34.0
    private static let top = 14.0
    private static let bottom = 48.0

    package func svg() -> String {
        let points = lines.flatMap(\.points).filter { !isLogarithmic || $0.y > 0 }
        guard let scale = Scale(points, xRange: xRange, isLogarithmic: isLogarithmic) else {
            return "<p>\(HTMLText.escaped(title)): nothing to show</p>\n"
        }
        var svg = "<figure><figcaption>\(HTMLText.escaped(title))</figcaption>\n"
        svg += "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" "
        svg += "aria-label=\"\(HTMLText.escaped(title))\">\n"
        svg += shade(scale) + axes(scale)
        for (index, line) in lines.enumerated() { svg += draw(line, index, scale) }
        svg += "</svg>\n" + legend() + "</figure>\n"
        return svg
    }

    // MARK: Parts

    private func shade(_ scale: Scale) -> String {
        guard let band, band.range.overlaps(scale.x) else { return "" }
        let start = place(x: max(band.range.lowerBound, scale.x.lowerBound), scale)
        let end = place(x: min(band.range.upperBound, scale.x.upperBound), scale)
        return "<rect class=\"band\" x=\"\(number(start))\" width=\"\(number(end - start))\" y=\"\(number(Self.top))\" "
            + "height=\"\(number(Self.height - Self.bottom - Self.top))\"/>\n"
    }

    private func axes(_ scale: Scale) -> String {
        var svg = ""
        for tick in scale.yTicks {
            let y = number(place(y: tick, scale))
            svg += "<line class=\"grid\" x1=\"\(number(Self.left))\" x2=\"\(number(Self.width - Self.right))\" "
            svg += "y1=\"\(y)\" y2=\"\(y)\"/>"
            svg +=
                "<text class=\"y\" x=\"\(number(Self.left - 6))\" y=\"\(y)\">\(HTMLText.escaped(yText(tick)))</text>\n"
        }
        let base = number(Self.height - Self.bottom)
        for tick in xTicks ?? scale.xTicks where tick.value >= scale.x.lowerBound && tick.value <= scale.x.upperBound {
            let x = number(place(x: tick.value, scale))
            svg += "<line class=\"grid\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(number(Self.top))\" y2=\"\(base)\"/>"
            let y = number(Self.height - Self.bottom + 6)
            svg += "<text class=\"x\" x=\"\(x)\" y=\"\(y)\">\(HTMLText.escaped(tick.label))</text>\n"
        }
        let middle = number((Self.left + Self.width - Self.right) / 2)
        svg +=
            "<text class=\"x title\" x=\"\(middle)\" y=\"\(number(Self.height - 4))\">\(HTMLText.escaped(xTitle))</text>\n"
        return svg
    }

    private func draw(_ line: Line, _ index: Int, _ scale: Scale) -> String {
        let shown = line.points.filter { !isLogarithmic || $0.y > 0 }
        let places = shown.map { "\(number(place(x: $0.x, scale))),\(number(place(y: $0.y, scale)))" }
        var svg = "<polyline class=\"line l\(index)\" points=\"\(places.joined(separator: " "))\"/>\n"
        // Marks tell their values; more of them than this would only hide the line.
        guard shown.count <= 150 else { return svg }
        for (point, place) in zip(shown, places) {
            let parts = place.split(separator: ",")
            svg += "<circle class=\"mark l\(index)\" cx=\"\(parts[0])\" cy=\"\(parts[1])\" r=\"2\">"
            svg += "<title>\(HTMLText.escaped(line.name)) \(HTMLText.escaped(yText(point.y)))</title></circle>"
        }
        return svg + "\n"
    }

    private func legend() -> String {
        guard lines.count > 1 || band != nil else { return "" }
        var items = lines.enumerated().map { index, line in
            "<span class=\"key\"><svg viewBox=\"0 0 28 10\" aria-hidden=\"true\">"
                + "<line class=\"line l\(index)\" x1=\"0\" y1=\"5\" x2=\"28\" y2=\"5\"/></svg> "
                + "\(HTMLText.escaped(line.name))</span>"
        }
        if let band {
            items.append(
                "<span class=\"key\"><svg viewBox=\"0 0 28 10\" aria-hidden=\"true\"><rect class=\"band\" x=\"0\" y=\"0\" "
                    + "width=\"28\" height=\"10\"/></svg> \(HTMLText.escaped(band.name))</span>")
        }
        return "<p class=\"legend\">\(items.joined(separator: " "))</p>\n"
    }

    private func place(x: Double, _ scale: Scale) -> Double {
        Self.left + scale.part(x: x) * (Self.width - Self.left - Self.right)
    }

    private func place(y: Double, _ scale: Scale) -> Double {
        Self.height - Self.bottom - scale.part(y: y) * (Self.height - Self.top - Self.bottom)
    }

    private func number(_ value: Double) -> String { Decimal.text(value, digits: 1) }
}

/// What part of an axis a value stands for.
private struct Scale {
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>
    let isLogarithmic: Bool
    let yTicks: [Double]
    let xTicks: [SVGPlot.Tick]

    /// Nil without points.
    init?(_ points: [(x: Double, y: Double)], xRange: ClosedRange<Double>?, isLogarithmic: Bool) {
        guard let minX = points.map(\.x).min(), let maxX = points.map(\.x).max(),
            let minY = points.map(\.y).min(), let maxY = points.map(\.y).max()
        else { return nil }
        self.isLogarithmic = isLogarithmic
        let least = min(minX, xRange?.lowerBound ?? minX)
        x = least...max(maxX, xRange?.upperBound ?? maxX, least + 1e-9)
        if isLogarithmic {
            let low = floor(log10(minY))
            let high = max(ceil(log10(maxY)), low + 1)
            y = pow(10, low)...pow(10, high)
            yTicks = stride(from: low, through: high, by: 1).map { pow(10, $0) }
        } else {
            let step = Self.step(max(maxY, 1e-9) / 5)
            y = 0...(ceil(max(maxY, 1e-9) / step) * step)
            yTicks = stride(from: 0, through: y.upperBound + step / 2, by: step).map { $0 }
        }
        let step = Self.step((x.upperBound - x.lowerBound) / 8)
        let first = ceil(x.lowerBound / step) * step
        xTicks = stride(from: first, through: x.upperBound, by: step).map {
            SVGPlot.Tick(value: $0, label: Decimal.text($0, digits: step < 1 ? 1 : 0))
        }
    }

    /// 1, 2 or 5 times a power of ten, at least as large.
    private static func step(_ rough: Double) -> Double {
        let power = pow(10, floor(log10(max(rough, 1e-12))))
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? 10 * power
    }

    func part(x value: Double) -> Double { (value - x.lowerBound) / (x.upperBound - x.lowerBound) }

    func part(y value: Double) -> Double {
        guard isLogarithmic else { return value / y.upperBound }
        return (log10(value) - log10(y.lowerBound)) / (log10(y.upperBound) - log10(y.lowerBound))
    }
}

/// Text inside markup.
package enum HTMLText {
    package static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
