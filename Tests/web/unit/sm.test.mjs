import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamManagement } from '../../../public/xmpp/sm.mjs';
import { el, parse } from '../../../public/xmpp/xml.mjs';

const message = (id) => el('message', { id });
const ids = (stanzas) => stanzas.map(({ attrs }) => attrs.id).join('');
const enabled = (attributes = `id='s' resume='true'`) => parse(`<enabled xmlns='urn:xmpp:sm:3' ${attributes}/>`);
const resumed = (h) => parse(`<resumed xmlns='urn:xmpp:sm:3' previd='s' h='${h}'/>`);

function started(...names) {
  const sm = new StreamManagement();
  sm.enable();
  sm.enabled(enabled());
  for (const name of names) sm.sent(message(name));
  return sm;
}

describe('stream management', () => {
  test('acknowledged stanzas leave the queue once and in order', () => {
    const sm = started('a', 'b', 'c');
    assert.equal(ids(sm.acknowledged('2')), 'ab');
    assert.equal(ids(sm.acknowledged('2')), '');
    assert.equal(ids(sm.acknowledged('3')), 'c');
    assert.deepEqual(sm.waiting, []);
  });

  test('counters the server cannot have are refused', () => {
    for (const h of ['3', '4294967295', '-1', 'x', '', undefined, '1.5', '99999999999']) {
      assert.throws(() => started('a', 'b').acknowledged(h), { code: 'bad-protocol' }, String(h));
    }
  });

  test('our counter counts stanzas from enabled on', () => {
    const sm = new StreamManagement();
    sm.received();
    sm.enable();
    sm.received();
    sm.enabled(enabled());
    sm.received();
    sm.received();
    assert.equal(sm.answer().attrs.h, '2');
    assert.deepEqual({ ...sm.resume().attrs }, { h: '2', previd: 's' });
  });

  test('after a resumption only what the server does not have is sent again', () => {
    const sm = started('a', 'b', 'c');
    sm.acknowledged('1');
    const { handled, again } = sm.resumed(resumed(2));
    assert.equal(ids(handled), 'b');
    assert.equal(ids(again), 'c');
    assert.equal(ids(sm.resumed(resumed(2)).again), 'c');
    assert.equal(ids(sm.acknowledged('3')), 'c');
  });

  test('a failed resumption tells what may be lost, less what the server says it has', () => {
    assert.equal(ids(started('a', 'b').failed(null).lost), 'ab');
    const known = started('a', 'b').failed(parse(`<failed xmlns='urn:xmpp:sm:3' h='1'/>`));
    assert.equal(ids(known.handled), 'a');
    assert.equal(ids(known.lost), 'b');
    assert.equal(ids(started('a').failed(parse(`<failed xmlns='urn:xmpp:sm:3' h='77'/>`)).lost), 'a');
  });

  test('without resume or without support there is nothing to resume', () => {
    const sm = new StreamManagement();
    sm.enable();
    sm.enabled(enabled(`id='s'`));
    assert.ok(sm.active && !sm.resumable);
    sm.enable();
    sm.enabled(parse(`<failed xmlns='urn:xmpp:sm:3'/>`));
    assert.ok(!sm.active && !sm.resumable);
  });

  test('counters wrap at two to the power of 32', () => {
    const sm = new StreamManagement({ inbound: 2 ** 32 - 2, acknowledged: 2 ** 32 - 2, id: 's' });
    for (const name of ['a', 'b', 'c']) sm.sent(message(name));
    assert.equal(ids(sm.acknowledged('4294967295')), 'a');
    assert.equal(ids(sm.acknowledged('0')), 'b');
    assert.throws(() => sm.acknowledged('2'), { code: 'bad-protocol' });
    assert.equal(ids(sm.acknowledged('1')), 'c');
    for (let i = 0; i < 3; i += 1) sm.received();
    assert.equal(sm.answer().attrs.h, '1');
  });
});
