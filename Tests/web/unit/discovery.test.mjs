import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guestRoom, loadConfig, readConfig, serves } from '../../../public/xmpp/discovery.mjs';
import { ManualClock } from './support.mjs';

const given = { product: 'P', domain: 'edge.test', domains: ['edge.test', 'b.test'], websocket: '/ws', bosh: '/http-bind', discover: false, registration: false, guest: null };

test('endpoints follow the page, and its security', () => {
  assert.deepEqual(readConfig(given, 'http://127.0.0.1:5280/x/'), { ...given, websocket: 'ws://127.0.0.1:5280/ws', bosh: 'http://127.0.0.1:5280/http-bind' });
  assert.equal(readConfig(given, 'https://chat.test/').websocket, 'wss://chat.test/ws');
  assert.equal(readConfig({ ...given, websocket: 'wss://other.test/ws' }, 'https://chat.test/').websocket, 'wss://other.test/ws');
  assert.equal(readConfig({ ...given, websocket: 'ws://other.test/ws' }, 'https://chat.test/').websocket, '');
});

test('what is no configuration is refused with words for the person', () => {
  for (const raw of [null, 'x', 7, {}, { websocket: 5 }, { websocket: 'javascript:alert(1)' }]) {
    assert.throws(() => readConfig(raw, 'https://chat.test/'), { code: 'config-bad' }, JSON.stringify(raw));
  }
});

test('domains are a list, a single one, or any', () => {
  assert.ok(serves(readConfig(given, 'https://x/'), 'b.test'));
  assert.ok(!serves(readConfig(given, 'https://x/'), 'c.test'));
  assert.ok(serves(readConfig({ ...given, domains: ['*'] }, 'https://x/'), 'c.test'));
  assert.ok(!serves(readConfig({ websocket: '/ws', domain: 'a' }, 'https://x/'), 'c.test'));
});

test('guests are led to rooms that the site names, and nowhere when it names no domain for them', () => {
  const config = (guest) => readConfig({ ...given, guest }, 'https://x/');
  const some = config({ domain: 'guest.test', rooms: ['A@rooms.test', 'b@rooms.test', 7, '@'] });
  assert.deepEqual(some.guest, { domain: 'guest.test', rooms: ['a@rooms.test', 'b@rooms.test'] });
  assert.equal(guestRoom(some, 'https://x/', false), '');
  assert.equal(guestRoom(some, 'https://x/', true), 'a@rooms.test');
  assert.equal(guestRoom(some, 'https://x/?room=b@rooms.test', false), 'b@rooms.test');
  const refused = { code: 'no-guests' };
  assert.throws(() => guestRoom(some, 'https://x/?room=c@rooms.test', true), refused);
  assert.throws(() => guestRoom(some, 'https://x/?room=', false), refused);
  assert.equal(guestRoom(config({ domain: 'guest.test' }), 'https://x/?room=c@rooms.test', false), 'c@rooms.test');
  assert.throws(() => guestRoom(config({ domain: 'guest.test' }), 'https://x/', true), refused);
  for (const guest of [undefined, null, 'x', { rooms: ['a@b'] }]) assert.throws(() => guestRoom(config(guest), 'https://x/?room=a@b', false), refused);
});

test('a service that does not answer is unreachable, in time', async () => {
  const clock = new ManualClock();
  const load = (fetch) => loadConfig({ page: 'https://x/', fetch, clock });
  await assert.rejects(load(async () => ({ ok: false, status: 502 })), { code: 'config-unreachable', detail: 'HTTP 502' });
  await assert.rejects(load(async () => { throw new TypeError('network'); }), { code: 'config-unreachable' });
  const silent = assert.rejects(load(() => new Promise(() => {})), { code: 'config-unreachable' });
  await clock.advance(8_000);
  await silent;
});
