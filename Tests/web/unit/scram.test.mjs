import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { base64, fromBase64, fromUtf8, utf8 } from '../../../public/core/bytes.mjs';
import { prepare, Scram } from '../../../public/xmpp/sasl/scram.mjs';

const wire = (text) => base64(utf8(text));
const read = (encoded) => fromUtf8(fromBase64(encoded));

const VECTORS = [
  { // RFC 5802 section 5
    mechanism: 'SCRAM-SHA-1', nonce: 'fyko+d2lbbFgONRv9qkxdawL',
    server: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    answer: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=', final: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  { // RFC 7677 section 3
    mechanism: 'SCRAM-SHA-256', nonce: 'rOprNGfwEbeRWgbNEkqO',
    server: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    answer: 'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    final: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
];

for (const { mechanism, nonce, server, answer, final } of VECTORS) {
  test(`${mechanism} gives the standard's example`, async () => {
    const scram = new Scram(mechanism, { username: 'user', password: 'pencil' }, nonce);
    assert.equal(read(scram.first()), `n,,n=user,r=${nonce}`);
    assert.equal(read(await scram.answer(wire(server))), answer);
    scram.verify(wire(final));
    assert.throws(() => scram.verify(wire('v=AAAA')), { code: 'server-proof' });
    assert.throws(() => scram.verify(wire('e=other-error')), { code: 'server-proof' });
  });

  test(`${mechanism}: the kept key logs in without the password, and cannot be exported`, async () => {
    const first = new Scram(mechanism, { username: 'user', password: 'pencil' }, nonce);
    first.first();
    await first.answer(wire(server));
    assert.equal(first.keys?.key.extractable, false);
    const second = new Scram(mechanism, { username: 'user', keys: first.keys }, nonce);
    second.first();
    assert.equal(read(await second.answer(wire(server))), answer);
    assert.equal(first.keys?.secret.extractable, false);
    // A server that makes a new salt for each login is answered as long as the page lives.
    const other = server.replace('i=4096', 'i=5000');
    const [page, anew] = [{ username: 'user', keys: first.keys }, { username: 'user', password: 'pencil' }].map((given) => new Scram(mechanism, given, nonce));
    page.first();
    anew.first();
    assert.equal(await page.answer(wire(other)), await anew.answer(wire(other)));
    const { secret: _, ...kept } = first.keys;
    const changed = new Scram(mechanism, { username: 'user', keys: kept }, nonce);
    changed.first();
    await assert.rejects(changed.answer(wire(server.replace('i=4096', 'i=5000'))), { code: 'password-needed' });
  });
}

describe('a server that does not keep to the rules', () => {
  const challenge = async (text) => {
    const scram = new Scram('SCRAM-SHA-256', { username: 'u', password: 'p' }, 'nonce');
    scram.first();
    return scram.answer(wire(text));
  };
  test('with too few or too many rounds is refused', async () => {
    for (const i of ['1', '4095', '1000001', '99999999999']) await assert.rejects(challenge(`r=noncex,s=QUJD,i=${i}`), { code: 'iterations' });
    for (const i of ['', '-1', '4096.0', '1e4', '0x2000']) await assert.rejects(challenge(`r=noncex,s=QUJD,i=${i}`), { code: 'iterations' });
  });
  test('with another nonce, no addition to ours, an extension or broken data is refused', async () => {
    for (const text of ['r=other,s=QUJD,i=4096', 'r=nonce,s=QUJD,i=4096', 'm=x,r=noncex,s=QUJD,i=4096', 'r=noncex,s=*,i=4096', 'r=noncex,r=noncey,s=QUJD,i=4096', 'garbage', '']) {
      await assert.rejects(challenge(text), { code: 'server-proof' }, text);
    }
  });
  test('with a second challenge is refused', async () => {
    const scram = new Scram('SCRAM-SHA-256', { username: 'u', password: 'p' }, 'nonce');
    scram.first();
    await scram.answer(wire('r=noncex,s=QUJD,i=4096'));
    await assert.rejects(scram.answer(wire('r=noncex,s=QUJD,i=4096')), { code: 'server-proof' });
  });
  test('that claims success before it proved anything is refused', () => {
    const scram = new Scram('SCRAM-SHA-256', { username: 'u', password: 'p' }, 'nonce');
    scram.first();
    assert.throws(() => scram.verify(''), { code: 'server-proof' });
  });
});

test('names and passwords are prepared', () => {
  assert.equal(prepare('I\u00ADX'), 'IX');
  assert.equal(prepare('\u2168'), 'IX');
  assert.equal(prepare('a\u00A0b'), 'a b');
  assert.throws(() => prepare('a\u0007'), { code: 'wrong-password' });
  const scram = new Scram('SCRAM-SHA-1', { username: 'a=b,c', password: 'p' }, 'n');
  assert.equal(read(scram.first()), 'n,,n=a=3Db=2Cc,r=n');
});
