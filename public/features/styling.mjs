// Message styling (XEP-0393): text to a tree of blocks and spans. Never makes markup, never changes the text:
// the marks stay in it.

/**
 * @typedef {{ kind: 'text' | 'strong' | 'emphasis' | 'strike' | 'code', text: string }} Span
 * @typedef {{ kind: 'line' | 'code', spans: Span[] } | { kind: 'quote', blocks: Block[] }} Block
 */

const MARKS = /** @type {Record<string, Span['kind']>} */ ({ '*': 'strong', _: 'emphasis', '~': 'strike', '`': 'code' });
const QUOTE_DEPTH = 8;

/**
 * A mark opens at the start or after white space, or after another mark; it closes where no white space stands before it (section 6.2).
 * @param {string} line @returns {Span[]}
 */
export function parseSpans(line) {
  /** @type {Span[]} */
  const spans = [];
  let plain = 0;
  for (let i = 0; i < line.length; i += 1) {
    const kind = MARKS[line[i]];
    const before = i === 0 ? ' ' : line[i - 1];
    if (!kind || line[i + 1] === line[i] || !/[\s*_~`(]/.test(before) || /\s/.test(line[i + 1] ?? ' ')) continue;
    const close = line.indexOf(line[i], i + 2);
    if (close < 0 || /\s/.test(line[close - 1])) continue;
    if (i > plain) spans.push({ kind: 'text', text: line.slice(plain, i) });
    spans.push({ kind, text: line.slice(i, close + 1) });
    plain = close + 1;
    i = close;
  }
  if (plain < line.length || line === '') spans.push({ kind: 'text', text: line.slice(plain) });
  return spans;
}

/** @param {string} text @param {number} [depth] @returns {Block[]} */
export function parseStyling(text, depth = 0) {
  /** @type {Block[]} */
  const blocks = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i += 1) {
    if (lines[i].startsWith('```')) {
      const close = lines.indexOf('```', i + 1);
      const end = close < 0 ? lines.length : close;
      blocks.push({ kind: 'code', spans: [{ kind: 'code', text: lines.slice(i + 1, end).join('\n') }] });
      i = end;
    } else if (lines[i].startsWith('>') && depth < QUOTE_DEPTH) {
      const begin = i;
      while (i + 1 < lines.length && lines[i + 1].startsWith('>')) i += 1;
      const inner = lines.slice(begin, i + 1).map((line) => line.replace(/^> ?/, '')).join('\n');
      blocks.push({ kind: 'quote', blocks: parseStyling(inner, depth + 1) });
    } else {
      blocks.push({ kind: 'line', spans: parseSpans(lines[i]) });
    }
  }
  return blocks;
}
