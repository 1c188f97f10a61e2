import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bareOf, parseJid } from '../../../public/xmpp/jid.mjs';

test('an address has its parts', () => {
  assert.deepEqual({ ...parseJid('Alice@Example.ORG/Phone/1@x') }, { local: 'alice', domain: 'example.org', resource: 'Phone/1@x' });
  assert.deepEqual({ ...parseJid('rooms.example.org') }, { local: '', domain: 'rooms.example.org', resource: '' });
  assert.equal(String(parseJid('a@b/c')), 'a@b/c');
  assert.equal(parseJid('\u00DCser@b\u00FCcher.example')?.bare, '\u00FCser@b\u00FCcher.example');
  assert.equal(parseJid('a@[::1]')?.domain, '[::1]');
});

test('what is no address is refused', () => {
  for (const text of ['', null, undefined, '@b', 'a@', 'a@b/', 'a b@c', 'a@b c', 'a"@b', 'a\u0000@b', 'a@b/\u0007', 'a@b@c', '<a>@b', `${'x'.repeat(1024)}@b`]) {
    assert.equal(parseJid(text), null, String(text).slice(0, 20));
  }
});

test('the same address in other letters is the same', () => {
  assert.equal(String(parseJid('A@B/r')), 'a@b/r');
  assert.equal(String(parseJid('e\u0301@b')), '\u00E9@b');
  assert.equal(String(parseJid('a@b/R')), 'a@b/R');
  assert.equal(bareOf('a@b/c'), 'a@b');
  assert.equal(bareOf('nonsense@'), '');
});
