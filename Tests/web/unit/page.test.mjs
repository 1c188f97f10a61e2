// Rules about the files themselves: texts exist in every language, nothing touches the document below ui/.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { angleOf, hueOf } from '../../../public/ui/dom.mjs';
import { splitLinks } from '../../../public/ui/media.mjs';
import { pickLanguage, pseudo, t, useTexts } from '../../../public/i18n/i18n.mjs';

const root = new URL('../../../public/', import.meta.url);
const files = readdirSync(root, { recursive: true }).map(String).filter((name) => /\.(mjs|json|css|html)$/.test(name));
const read = (name) => readFileSync(new URL(name, root), 'utf8');
const modules = files.filter((name) => name.endsWith('.mjs'));
const languages = files.filter((name) => /^i18n\/.*\.json$/.test(name));
const english = JSON.parse(read('i18n/en.json'));

test('every text the page asks for exists', () => {
  for (const name of modules) {
    for (const [, key] of read(name).matchAll(/\bt\('([^']+)'/g)) assert.ok(key in english, `${name}: ${key}`);
    for (const [, code] of read(name).matchAll(/new Failure\('([^']+)'/g)) {
      assert.ok(`error.${code}` in english && `error.${code}.next` in english, `${name}: ${code}`);
    }
  }
});

test('every language has every text, with the same places to fill and all its plural forms', () => {
  const places = (text) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort().join();
  for (const name of languages) {
    const table = JSON.parse(read(name));
    assert.deepEqual(Object.keys(table).sort(), Object.keys(english).sort(), name);
    const forms = new Intl.PluralRules(name.slice(5, -5)).resolvedOptions().pluralCategories;
    for (const [key, value] of Object.entries(table)) {
      if (typeof value === 'string') assert.equal(places(value), places(english[key]), `${name}: ${key}`);
      else assert.deepEqual(Object.keys(value).sort(), [...forms].sort(), `${name}: ${key}`);
    }
  }
});

test('protocol and features do not reach for the document', () => {
  for (const name of modules.filter((file) => /^(core|xmpp|features)\//.test(file))) {
    const code = read(name).replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g, '');
    assert.doesNotMatch(code, /\b(document|window|navigator|localStorage|sessionStorage)\s*[.([]/, name);
  }
});

test('no module is long, and none imports from outside', () => {
  for (const name of modules) {
    const text = read(name);
    assert.ok(text.split('\n').length <= 450, name);
    for (const [, from] of text.matchAll(/\bfrom '([^']+)'|\bimport\('([^']+)'\)/g)) assert.match(from ?? './', /^\.{1,2}\//, name);
  }
});

test('the page without a network knows every file', () => {
  const listed = [.../const FILES = \[([^\]]*)\]/.exec(read('sw.mjs'))[1].matchAll(/'([^']+)'/g)].map(([, name]) => name);
  const all = readdirSync(root, { recursive: true }).map(String).filter((name) => /\.\w+$/.test(name) && name !== 'sw.mjs');
  assert.deepEqual(listed.sort(), all.sort());
});

test('what one module offers, another one or a test takes', () => {
  const tests = readdirSync(new URL('.', import.meta.url)).map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'));
  for (const name of modules) {
    const others = [...modules.filter((other) => other !== name).map(read), ...tests].join('\n');
    for (const [, offered] of read(name).matchAll(/^export (?:async )?(?:const|let|class|function\*?) (\w+)/gm)) {
      assert.match(others, new RegExp(`\\b${offered}\\b`), `${name}: ${offered}`);
    }
  }
});

test('the whole page, with icons and the words of one language, stays below 150 kB compressed', () => {
  const all = readdirSync(root, { recursive: true }).map(String).filter((name) => /\.\w+$/.test(name) && (!languages.includes(name) || name === 'i18n/en.json'));
  const size = all.reduce((sum, name) => sum + gzipSync(readFileSync(new URL(name, root))).length, 0);
  assert.ok(size < 150_000, `${size}`);
});

test('links are found in text, with the sentence left outside, and only of harmless kinds', () => {
  const shown = (text) => splitLinks(text).map((part) => (typeof part === 'string' ? part : `<${part.shown}>`)).join('');
  assert.equal(shown('see https://a.test/x(y). Or (http://b.test)!'), 'see <https://a.test/x(y)>. Or (<http://b.test>)!');
  assert.equal(shown('javascript:alert(1) data:text/html,x file:///etc ftp://x'), 'javascript:alert(1) data:text/html,x file:///etc ftp://x');
  assert.equal(shown('xmpp:a@b.test?message mailto:a@b.test'), '<xmpp:a@b.test?message> <mailto:a@b.test>');
  assert.equal(shown('https:// http://['), 'https:// http://[');
});

test('a name has the angle of XEP-0392, and somebody in a room that of the name there', () => {
  const angles = { Romeo: 327.255249, 'juliet@capulet.lit': 209.4104, '\u{1f63a}': 331.199341, council: 359.994507 };
  for (const [name, angle] of Object.entries(angles)) assert.ok(Math.abs(angleOf(name) - angle) < 0.0001, `${name}: ${angleOf(name)}`);
  for (const name of ['', 'a'.repeat(55), 'a'.repeat(56), 'a'.repeat(64), 'ж'.repeat(100)]) {
    const digest = createHash('sha1').update(name).digest();
    assert.equal(angleOf(name), (digest.readUInt16LE(0) / 65_536) * 360, name);
    assert.ok(hueOf(name) >= 0 && hueOf(name) < 360);
  }
  assert.equal(hueOf('room@rooms.test/Romeo'), hueOf('Romeo'));
});

test('texts are filled and counted', () => {
  useTexts('en', { a: 'x {name} {other}', b: { one: '{count} thing', other: '{count} things' } });
  assert.equal(t('a', { name: '{count}' }), 'x {count} {other}');
  assert.deepEqual([t('b', { count: 1 }), t('b', { count: 5 }), t('missing')], ['1 thing', '5 things', 'missing']);
  assert.equal(pickLanguage(['xx', 'en-GB']), 'en');
  assert.equal(pickLanguage([]), 'en');
  assert.deepEqual(['ru-RU', 'zh-CN', 'zh', 'zh-SG'].map((tag) => pickLanguage([tag, 'en'])), ['ru', 'zh-Hans', 'zh-Hans', 'zh-Hans']);
  assert.equal(pickLanguage(['zh-TW', 'ru']), 'ru');
  useTexts('ru', { b: { one: '{count} секунда', few: '{count} секунды', many: '{count} секунд', other: '{count} секунды' } });
  assert.deepEqual([1, 2, 5, 21].map((count) => t('b', { count })), ['1 секунда', '2 секунды', '5 секунд', '21 секунда']);
  useTexts('en', pseudo({ a: 'be {name}' }));
  assert.equal(t('a', { name: 'Eve' }), '[be\u0301 Eve···]');
});
