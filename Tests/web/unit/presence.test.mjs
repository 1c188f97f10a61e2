// What is known of people who are there, and of those who are no longer.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Presence } from '../../../public/features/presence.mjs';
import { parseJid } from '../../../public/xmpp/jid.mjs';
import { Router } from '../../../public/xmpp/router.mjs';
import { FakeConnection, ManualClock } from './support.mjs';

const BOB = 'bob@edge.test';
let clock, connection, presence;
beforeEach(() => {
  clock = new ManualClock();
  connection = new FakeConnection(parseJid('alice@edge.test/r'));
  presence = new Presence(new Router(connection, clock));
});
const comes = (inside = '', resource = '/phone') => connection.receive(`<presence xmlns='jabber:client' from='${BOB}${resource}'>${inside}</presence>`);
const goes = (inside = '', resource = '/phone') => connection.receive(`<presence xmlns='jabber:client' type='unavailable' from='${BOB}${resource}'>${inside}</presence>`);
const stamp = (time) => new Date(time).toISOString();
const idle = (time) => `<idle xmlns='urn:xmpp:idle:1' since='${stamp(time)}'/>`;
const delay = (time) => `<delay xmlns='urn:xmpp:delay' stamp='${stamp(time)}'/>`;

describe('whoever is there', () => {
  test('is as their resource with the highest priority says, and since when they do nothing (XEP-0319)', () => {
    comes(`<show>away</show><status>tea</status>${idle(clock.now() - 60_000)}`);
    assert.deepEqual(presence.of(BOB), { show: 'away', status: 'tea', priority: 0, since: clock.now() - 60_000 });
    comes('<priority>5</priority>', '/desk');
    assert.deepEqual(presence.of(BOB), { show: 'online', status: '', priority: 5, since: 0 });
    goes('', '/desk');
    assert.equal(presence.of(BOB).status, 'tea');
  });
});

describe('whoever went', () => {
  test('leaves their last words, and was there until now', () => {
    comes('<status>here</status>');
    clock.time += 5_000;
    goes('<status>gone fishing</status>');
    const { show, status, since } = presence.of(BOB);
    assert.deepEqual([show, status, since], ['offline', 'gone fishing', clock.now()]);
    comes();
    assert.deepEqual([presence.of(BOB).show, presence.of(BOB).status, presence.of(BOB).since], ['online', '', 0]);
  });

  test('was active when they were said to be, not when they went', () => {
    comes(`<show>xa</show>${idle(clock.now() - 3_600_000)}`);
    goes();
    assert.equal(presence.of(BOB).since, clock.now() - 3_600_000);
  });

  test('before we came is known by what the server says, and nothing is made up', () => {
    goes(`<status>back on Monday</status>${delay(clock.now() - 86_400_000)}`, '');
    assert.deepEqual([presence.of(BOB).status, presence.of(BOB).since], ['back on Monday', clock.now() - 86_400_000]);
    goes();
    assert.equal(presence.of(BOB).status, 'back on Monday');
    connection.receive(`<presence xmlns='jabber:client' type='unavailable' from='eve@edge.test'><status>x</status></presence>`);
    assert.deepEqual([presence.of('eve@edge.test').status, presence.of('eve@edge.test').since], ['x', 0]);
  });

  test('cannot have been there in the future, nor at a time that is none', () => {
    goes(delay(clock.now() + 86_400_000));
    assert.equal(presence.of(BOB).since, clock.now());
    connection.receive(`<presence xmlns='jabber:client' type='unavailable' from='eve@edge.test'><delay xmlns='urn:xmpp:delay' stamp='soon'/></presence>`);
    assert.equal(presence.of('eve@edge.test').since, 0);
  });

  test('cannot be more than so many, whoever sends presence, nor leave more than one line of words', () => {
    goes(`<status>${'long '.repeat(10_000)}</status>`);
    assert.equal(presence.of(BOB).status.length, 500);
    for (let i = 0; i < 6_000; i += 1) connection.receive(`<presence xmlns='jabber:client' type='unavailable' from='s${i}@far.test'><status>x</status></presence>`);
    assert.deepEqual(['s0@far.test', 's5999@far.test'].map((jid) => presence.of(jid).status), ['x', '']);
    assert.notEqual(presence.of(BOB).status, '');
  });

  test('is forgotten with a new session, which the server fills anew', () => {
    comes();
    goes('<status>bye</status>');
    connection.emit('ready', { resumed: true });
    assert.equal(presence.of(BOB).status, 'bye');
    connection.emit('ready', { resumed: false });
    assert.deepEqual([presence.of(BOB).show, presence.of(BOB).status], ['offline', '']);
  });
});
