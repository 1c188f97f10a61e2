import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Blocking } from '../../../public/features/blocking.mjs';
import { Upload } from '../../../public/features/upload.mjs';
import { Disco } from '../../../public/xmpp/disco.mjs';
import { parseJid } from '../../../public/xmpp/jid.mjs';
import { Router } from '../../../public/xmpp/router.mjs';
import { FakeConnection, ManualClock, settle } from './support.mjs';

let connection, router, puts, upload, stop;
beforeEach(() => {
  connection = new FakeConnection(parseJid('alice@edge.test/r'));
  router = new Router(connection, new ManualClock());
  puts = [];
  stop = new AbortController();
  upload = new Upload(router, new Disco(router), async (slot, file, progress) => { progress(1); puts.push([slot, file]); });
});

/** Answers what was asked, by the name of its child and whom it went to. */
async function serve(answers, rounds = 6) {
  for (let i = 0; i < rounds; i += 1) {
    await settle();
    for (const iq of connection.sent.splice(0)) {
      const inside = answers[iq.elements()[0].ns.split(/[#:]/).at(-1)]?.(iq);
      connection.receive(`<iq xmlns='jabber:client' type='${inside === undefined ? 'error' : 'result'}' id='${iq.attrs.id}' from='${iq.attrs.to}'>${inside ?? ''}</iq>`);
    }
  }
}
const info = (features, size) => `<query xmlns='http://jabber.org/protocol/disco#info'>${features}<x xmlns='jabber:x:data'><field var='max-file-size'><value>${size}</value></field></x></query>`;
const service = {
  items: () => `<query xmlns='http://jabber.org/protocol/disco#items'><item jid='upload.edge.test'/></query>`,
  info: ({ attrs }) => info(attrs.to === 'upload.edge.test' ? `<feature var='urn:xmpp:http:upload:0'/>` : '', 100),
};
const file = { name: 'a.png', size: 10, type: 'image/png' };

describe('an upload', () => {
  test('asks for a place, puts the file there with allowed headers only, and gives the link', async () => {
    const done = upload.send(file, () => {}, stop.signal);
    await serve({ ...service, 0: () => `<slot xmlns='urn:xmpp:http:upload:0'><put url='https://u.test/put'><header name='Authorization'>x\ny</header><header name='Host'>evil</header></put><get url='https://u.test/get.png'/></slot>` });
    assert.equal(await done, 'https://u.test/get.png');
    assert.deepEqual(puts[0][0].headers, [['Authorization', 'xy']]);
  });

  test('refuses what is too large, a server without the service, and addresses that are not of the web', async () => {
    const large = assert.rejects(upload.send({ ...file, size: 101 }, () => {}, stop.signal), { condition: 'file-too-large' });
    await serve(service);
    await large;
    const script = assert.rejects(upload.send(file, () => {}, stop.signal), { condition: 'bad-request' });
    await serve({ 0: () => `<slot xmlns='urn:xmpp:http:upload:0'><put url='javascript:alert(1)'/><get url='https://u.test/'/></slot>`, ...service });
    await script;
    connection.emit('ready', { resumed: false });
    const none = assert.rejects(upload.send(file, () => {}, stop.signal), { condition: 'feature-not-implemented' });
    await serve({ items: service.items, info: () => info('', 0) });
    await none;
    assert.equal(puts.length, 0);
  });
});

test('an upload that is stopped sends nothing, and what the server finds too large is said so', async () => {
  const stopped = assert.rejects(upload.send(file, () => {}, stop.signal));
  stop.abort();
  await serve({ ...service, 0: () => `<slot xmlns='urn:xmpp:http:upload:0'><put url='https://u.test/put'/><get url='https://u.test/get.png'/></slot>` });
  await stopped;
  assert.equal(puts.length, 0);
  const large = assert.rejects(upload.send(file, () => {}, new AbortController().signal), { condition: 'file-too-large' });
  for (let i = 0; i < 6; i += 1) {
    await settle();
    const iq = connection.sent.at(-1);
    if (!iq?.child('request', 'urn:xmpp:http:upload:0')) await serve(service, 1);
    else connection.receive(`<iq xmlns='jabber:client' type='error' id='${iq.attrs.id}' from='${iq.attrs.to}'><error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><file-too-large xmlns='urn:xmpp:http:upload:0'/></error></iq>`);
  }
  await large;
});

test('block lists change by our own account only', () => {
  const blocking = new Blocking(router);
  const push = (from, inside) => connection.receive(`<iq xmlns='jabber:client' type='set' id='b'${from && ` from='${from}'`}>${inside}</iq>`);
  push('eve@evil', `<block xmlns='urn:xmpp:blocking'><item jid='bob@edge.test'/></block>`);
  assert.equal(blocking.blocked.size, 0);
  push('', `<block xmlns='urn:xmpp:blocking'><item jid='Bob@Edge.test'/><item jid='eve@evil'/></block>`);
  assert.deepEqual([...blocking.blocked], ['bob@edge.test', 'eve@evil']);
  push('alice@edge.test', `<unblock xmlns='urn:xmpp:blocking'><item jid='eve@evil'/></unblock>`);
  assert.deepEqual([...blocking.blocked], ['bob@edge.test']);
  push('', `<unblock xmlns='urn:xmpp:blocking'/>`);
  assert.equal(blocking.blocked.size, 0);
});
