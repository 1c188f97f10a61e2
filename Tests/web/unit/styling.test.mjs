import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseSpans, parseStyling } from '../../../public/features/styling.mjs';

const spans = (line) => parseSpans(line).map(({ kind, text }) => (kind === 'text' ? text : `[${kind} ${text}]`)).join('');
const whole = (blocks) => blocks.map((block) => (block.kind === 'quote' ? whole(block.blocks).replace(/^/gm, '> ') : block.kind === 'code' ? `\`\`\`\n${block.spans[0].text}\n\`\`\`` : block.spans.map(({ text }) => text).join(''))).join('\n');

describe('message styling', () => {
  test('finds spans as XEP-0393 section 6.2 has them', () => {
    assert.equal(spans('*strong* and _em_, ~gone~ `code`'), '[strong *strong*] and [emphasis _em_], [strike ~gone~] [code `code`]');
    for (const plain of ['* not*', '*not *', '**', '***', 'a*not*', '*not\n', 'snake_case_name', '* a * b', '']) assert.equal(spans(plain), plain);
    assert.equal(spans('*a* b*'), '[strong *a*] b*');
  });

  test('finds quotes, code and lines, and loses nothing of the text', () => {
    const text = '> quoted\n> > twice\nplain *x*\n```\n*code*\n```\nend';
    assert.deepEqual(parseStyling(text).map(({ kind }) => kind), ['quote', 'line', 'code', 'line']);
    assert.equal(whole(parseStyling(text)), text);
  });

  test('is fast and bounded for hostile text', () => {
    const begin = process.cpuUsage(); // its own time, however busy the machine is
    for (const text of ['*'.repeat(60_000), '>'.repeat(60_000), ' *a'.repeat(20_000), '```\n'.repeat(15_000), '> '.repeat(20_000)]) assert.ok(parseStyling(text).length > 0);
    assert.ok(process.cpuUsage(begin).user < 2_000_000);
  });
});
