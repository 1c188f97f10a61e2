// Where the quick switcher leads, and in which order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useTexts } from '../../../public/i18n/i18n.mjs';
import { find, placesOf, unknown } from '../../../public/ui/switcher.mjs';

useTexts('en', { 'switch.write': 'Chat with {address}', 'switch.enter': 'Enter {address}' });

const NAMES = { 'zoe@a.test': 'Zoë Ångström', 'bob@a.test': 'Bob', 'anna@b.test': 'Anna Bobrowa', 'old@a.test': 'Old', 'new@a.test': 'New' };
const conversation = (kind, lastTime, unread = 0) => ({ kind, lastTime, unread });
const places = () => placesOf({ roster: { contacts: new Map([['zoe@a.test', {}], ['bob@a.test', {}], ['anna@b.test', {}]]) } }, {
  conversations: { all: new Map([
    ['old@a.test', conversation('chat', 10)], ['new@a.test', conversation('chat', 20)], ['bob@a.test', conversation('chat', 0)],
    ['tea@rooms.a.test', conversation('room', 5, 2)], ['silent@rooms.a.test', conversation('room', 0)],
  ]) },
  bookmarks: { all: new Map([['tea@rooms.a.test', { name: 'The tea room' }], ['kept@rooms.a.test', { name: '' }]]) },
  nameOf: (jid) => NAMES[jid] ?? jid.split('@')[0],
});
const jids = (list) => list.map(({ jid }) => jid);

test('what is unread stands first, then what was talked in last, then contacts and rooms by name', () => {
  assert.deepEqual(jids(places()), [
    'tea@rooms.a.test', 'new@a.test', 'old@a.test', 'anna@b.test', 'bob@a.test', 'zoe@a.test', 'kept@rooms.a.test', 'silent@rooms.a.test',
  ]);
  assert.deepEqual(jids(find(places(), '  ')), jids(places()));
});

test('every word counts, in name or address, whatever case or accents', () => {
  assert.deepEqual(jids(find(places(), 'ZOE ANG')), ['zoe@a.test']);
  assert.deepEqual(jids(find(places(), 'zoë a.test')), ['zoe@a.test']);
  assert.deepEqual(jids(find(places(), 'the tea@rooms')), ['tea@rooms.a.test']);
  assert.deepEqual(find(places(), 'zoe b.test'), []);
});

test('those with the letters at the beginning of a word stand before those with them inside', () => {
  assert.deepEqual(jids(find(places(), 'an')), ['anna@b.test', 'zoe@a.test']);
  assert.deepEqual(jids(find(places(), 'bo')), ['anna@b.test', 'bob@a.test']);
  assert.deepEqual(jids(find(places(), 'o')), ['old@a.test', 'tea@rooms.a.test', 'anna@b.test', 'bob@a.test', 'zoe@a.test', 'kept@rooms.a.test', 'silent@rooms.a.test']);
});

test('a whole address that is not known is offered, as a room where its domain has rooms', () => {
  const services = new Set(['rooms.a.test']);
  const offered = (typed) => unknown(places(), typed, services);
  assert.equal(offered('bob@a.test'), null);
  assert.equal(offered('BOB@A.test/phone'), null);
  assert.equal(offered('bob'), null);
  assert.equal(offered('rooms.a.test'), null);
  assert.equal(offered('a b@a.test'), null);
  const person = offered(' Eve@A.test ');
  assert.deepEqual([person.jid, person.name, person.room], ['eve@a.test', 'Chat with eve@a.test', false]);
  const room = offered('new@rooms.a.test');
  assert.deepEqual([room.jid, room.name, room.room], ['new@rooms.a.test', 'Enter new@rooms.a.test', true]);
});
