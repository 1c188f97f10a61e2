/// The style of a report's page: screens light or dark, wide or narrow, and paper. Knows class names; `SVGPlot` draws with them.
enum ReportStyle {
    static let css = """

        :root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #57606b; --rule: #d8dde3; --band: #eef3f8;
          --l0: #0b62c4; --l1: #b3470f; --l2: #1a7a3c; --l3: #7a2fa0; --alert: #9d1c1c; --good: #1a6b34; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --paper: #14171a; --soft: #9aa4b0; --rule: #343b43;
          --band: #1d242b; --l0: #6cb2ff; --l1: #ff9d66; --l2: #6fd08c; --l3: #d59bff; --alert: #ff9a9a; --good: #7fd49a; } }
        @media print { :root { color-scheme: light; --ink: #000; --paper: #fff; --soft: #333; --rule: #bbb; --band: #f1f1f1;
          --l0: #000; --l1: #555; --l2: #222; --l3: #777; --alert: #000; --good: #000; }
          figure, tr, .tiles { break-inside: avoid; } h2, figcaption { break-after: avoid; } main { padding: 0; }
          * { print-color-adjust: exact; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 820px; margin: 0 auto; padding: 24px 16px; }
        h1 { font-size: 1.35em; line-height: 1.3; overflow-wrap: anywhere; margin: 0 0 4px; }
        h2 { font-size: 1.1em; margin: 2em 0 .5em; } p { margin: .5em 0; }
        .about, .note { color: var(--soft); }
        .warning { color: var(--alert); border-left: 4px solid; padding-left: 10px; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 10px; margin: 18px 0; }
        .tiles div { border: 1px solid var(--rule); border-radius: 6px; padding: 8px 12px; }
        .tiles dt { color: var(--soft); font-size: .87em; } .tiles dd { margin: 0; font-size: 1.3em; font-weight: 600; }
        .wide { overflow-x: auto; margin-top: 1.2em; } table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; vertical-align: top; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--rule); }
        th { font-weight: normal; color: var(--soft); } td { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        th[scope=row] { width: 15em; }
        .times th, .times td { text-align: right; white-space: nowrap; padding: 4px 0 4px 14px; }
        .times th[scope=row] { text-align: left; padding-left: 0; width: auto; }
        .met { color: var(--good); } .missed { color: var(--alert); font-weight: 600; }
        figure { margin: 16px 0 24px; } figcaption { font-weight: 600; margin-bottom: 4px; }
        figure > svg { width: 100%; height: auto; display: block; }
        svg text { fill: var(--soft); font-size: 12px; } text.x { text-anchor: middle; dominant-baseline: hanging; }
        text.x.title { dominant-baseline: auto; } text.y { text-anchor: end; dominant-baseline: middle; }
        .band { fill: var(--band); } .grid { stroke: var(--rule); stroke-width: 1; }
        .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
        .line.l0 { stroke: var(--l0); } .mark.l0 { fill: var(--l0); }
        .line.l1 { stroke: var(--l1); stroke-dasharray: 6 3; } .mark.l1 { fill: var(--l1); }
        .line.l2 { stroke: var(--l2); stroke-dasharray: 2 2; } .mark.l2 { fill: var(--l2); }
        .line.l3 { stroke: var(--l3); stroke-dasharray: 8 2 2 2; } .mark.l3 { fill: var(--l3); }
        .legend { margin: 4px 0 0; color: var(--soft); } .key { margin-right: 18px; white-space: nowrap; }
        .key svg { width: 28px; height: 10px; vertical-align: middle; } .key rect { stroke: var(--rule); }
        @media (max-width: 560px) { th[scope=row] { width: 9em; } svg text { font-size: 20px; }
          .times { font-size: .87em; } .times th, .times td { padding-left: 10px; } .line { stroke-width: 3; } }

        """
}
