import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { el, LIMITS, parse, serialize, XmlError } from '../../../public/xmpp/xml.mjs';

const refused = (text) => assert.throws(() => parse(text), XmlError, text.slice(0, 80));

describe('the parser', () => {
  test('resolves namespaces of elements and attributes', () => {
    const root = parse(`<a xmlns='x' xmlns:p='y' b='1' p:b='2' xml:lang='de'><p:c/><d xmlns=''/><e/></a>`);
    assert.deepEqual({ ...root.attrs }, { b: '1', '{y}b': '2', 'xml:lang': 'de' });
    assert.deepEqual(root.elements().map(({ name, ns }) => [name, ns]), [['c', 'y'], ['d', ''], ['e', 'x']]);
  });

  test('reads references, CDATA, line ends and white space in attributes', () => {
    const root = parse(`<a b='x&#10;y\tz&quot;'>1&lt;&#x1F600;\r\n2<![CDATA[<&>]]>3</a>`);
    assert.equal(root.text, '1<\u{1F600}\n2<&>3');
    assert.equal(root.attrs.b, 'x\ny z"');
  });

  test('WX-007: accepts an XML declaration of version 1.0', () => {
    assert.equal(parse(`<?xml version='1.0' encoding='UTF-8'?><a/>`).name, 'a');
    refused(`<?xml version='1.1'?><a/>`);
  });

  test('XS-007: comments, instructions, document types and further entities are refused', () => {
    for (const text of ['<a><!-- --></a>', '<a><?x y?></a>', '<!DOCTYPE a><a/>', '<a>&foo;</a>', '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>']) refused(text);
  });

  test('WX-005, WX-006: anything but exactly one element is refused', () => {
    for (const text of ['', ' ', ' <a/>', 'x', '<a/><b/>', '<a/>x', '<a>', '</a>', '<a></b>', '<a', '<a/', '\uFEFF<a/>']) refused(text);
    assert.equal(parse('<a/> \n').name, 'a');
  });

  test('XS-014: characters outside XML are refused, as references too', () => {
    for (const text of ['<a>\0</a>', '<a>\u0001</a>', '<a>\uFFFE</a>', '<a>\uD800</a>', '<a>&#0;</a>', '<a>&#xD800;</a>', '<a>&#x110000;</a>', '<a>&#99999999;</a>']) refused(text);
  });

  test('XS-010: broken namespaces are refused', () => {
    for (const text of ['<p:a/>', '<a p:b="1"/>', `<a xmlns:p=''/>`, `<a xmlns:p='x' xmlns:p='y'/>`, `<a xmlns:p='x' xmlns:q='x' p:b='' q:b=''/>`,
      `<a xmlns:xml='x'/>`, `<a xmlns:xmlns='x'/>`, '<a b="" b=""/>', '<a:b:c/>', '<:a/>', '<a:/>']) refused(text);
  });

  test('other ways of being ill-formed are refused', () => {
    for (const text of ['<a b=1/>', '<a b/>', `<a b='<'/>`, '<a>]]></a>', '<a>& b</a>', '<a>&amp</a>', `<a b='1'c='2'/>`, '<1/>', '< a/>', '<a><b></a></b>', '<![CDATA[x]]>', '<a><![CDATA[</a>']) refused(text);
  });

  test('names of the object prototype are names like others', () => {
    const root = parse(`<__proto__ xmlns:__proto__='y' constructor='1' __proto__='2'><__proto__:toString/></__proto__>`);
    assert.deepEqual(Object.entries(root.attrs), [['constructor', '1'], ['__proto__', '2']]);
    assert.equal(root.elements()[0].ns, 'y');
    assert.equal(parse('<a/>').attrs.toString, undefined);
    refused('<toString:a/>');
    refused('<a>&toString;</a>');
  });

  test('every cut of a document is refused', () => {
    const whole = `<message xmlns='jabber:client' a="1 &gt; 0"><body>h\u{1F600}i &amp; <![CDATA[x]]></body><x xmlns='y'/></message>`;
    assert.equal(parse(whole).childText('body'), 'h\u{1F600}i & x');
    for (let cut = 0; cut < whole.length; cut += 1) {
      refused(whole.slice(0, cut));
      if (cut > 0) refused(whole.slice(cut));
    }
  });

  test('limits hold, and no input makes it slow', () => {
    assert.equal(parse('<a>'.repeat(LIMITS.depth) + '</a>'.repeat(LIMITS.depth)).name, 'a');
    refused('<a>'.repeat(LIMITS.depth + 1) + '</a>'.repeat(LIMITS.depth + 1));
    refused(`<a>${'<b/>'.repeat(LIMITS.elements)}</a>`);
    refused(`<a>${'x'.repeat(LIMITS.length)}</a>`);
    const begin = process.cpuUsage(); // its own time, however busy the machine is
    for (const text of [`<a ${'b '.repeat(500_000)}/>`, `<a b="${'x'.repeat(1_000_000)}`, `<a>${'&'.repeat(1_000_000)}</a>`, `<a>${']'.repeat(1_000_000)}`, `<a${' '.repeat(1_000_000)}`]) refused(text);
    assert.ok(process.cpuUsage(begin).user < 2_000_000);
  });
});

describe('builder and serialiser', () => {
  test('XS-008: what is written reads back the same', () => {
    const nasty = `<>&"']]>\t\r\n\u{1F600}`;
    const read = parse(serialize(el('message', { to: nasty, type: null, id: false }, el('body', {}, nasty), el('x', { xmlns: 'y' }, el('z')), null, [el('w')])));
    assert.equal(read.attrs.to, nasty);
    assert.equal('type' in read.attrs || 'id' in read.attrs, false);
    assert.equal(read.childText('body'), nasty);
    assert.equal(read.child('x', 'y')?.child('z')?.ns, 'y');
    assert.equal(read.child('w')?.ns, 'jabber:client');
  });

  test('characters XML forbids become replacement characters, so that no typed text can end the stream', () => {
    assert.equal(parse(serialize(el('body', {}, 'a\u0000\uD800b'))).text, 'a\uFFFD\uFFFDb');
  });
});
