import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { beforeEach, describe, test } from 'node:test';
import { Avatars, imageType } from '../../../public/features/avatars.mjs';
import { verification } from '../../../public/xmpp/disco.mjs';
import { parseJid } from '../../../public/xmpp/jid.mjs';
import { Router } from '../../../public/xmpp/router.mjs';
import { FakeConnection, ManualClock, settle, until } from './support.mjs';

const PNG = Buffer.from('\x89PNG\r\n\x1a\nand so on', 'latin1');
const HASH = createHash('sha1').update(PNG).digest('hex');
const BOB = 'bob@edge.test';
let connection, avatars;
beforeEach(() => {
  const clock = new ManualClock();
  connection = new FakeConnection(parseJid('alice@edge.test/r'));
  avatars = new Avatars(new Router(connection, clock), { indexedDB: undefined, clock });
});
const metadata = (from, hash = HASH, more = '') => connection.receive(
  `<message xmlns='jabber:client' from='${from}'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:avatar:metadata'><item><metadata xmlns='urn:xmpp:avatar:metadata'>${hash && `<info id='${hash}' type='image/png' bytes='10'${more}/>`}</metadata></item></items></event></message>`);
const presence = (from, hash, inside = '') => connection.receive(
  `<presence xmlns='jabber:client' from='${from}'><x xmlns='vcard-temp:x:update'>${hash === null ? '' : `<photo>${hash}</photo>`}</x>${inside}</presence>`);
const answer = (inside) => {
  const { id, to } = connection.sent.at(-1).attrs;
  connection.receive(`<iq xmlns='jabber:client' type='result' id='${id}' from='${to}'>${inside}</iq>`);
};
const pep = (bytes) => answer(`<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:avatar:data'><item id='${HASH}'><data xmlns='urn:xmpp:avatar:data'>${bytes.toString('base64')}</data></item></items></pubsub>`);
const shown = async (jid = BOB) => {
  avatars.urlOf(jid);
  await until(() => connection.sent.length > 0);
};

describe('a picture', () => {
  test('is fetched only when it is asked for, and only once', async () => {
    metadata(BOB);
    await settle();
    assert.equal(connection.sent.length, 0);
    await shown();
    pep(PNG);
    await until(() => avatars.urlOf(BOB).startsWith('blob:'));
    assert.deepEqual([connection.sent.length, connection.sent[0].attrs.to], [1, BOB]);
  });

  test('that is not what its hash says is not shown, nor asked for again', async () => {
    metadata(BOB);
    await shown();
    pep(Buffer.from('\x89PNG\r\n\x1a\nanother', 'latin1'));
    await settle();
    await settle();
    assert.deepEqual([avatars.urlOf(BOB), connection.sent.length], ['', 1]);
  });

  test('of another kind than an image is none', () => {
    assert.deepEqual(['<svg xmlns="http://www.w3.org/2000/svg"/>', '%PDF', 'GIF89a', '\xff\xd8\xff\xe0', 'RIFF\x00\x00\x00\x00WEBPVP8 '].map((text) =>
      imageType(Buffer.from(text, 'latin1'))), ['', '', 'image/gif', 'image/jpeg', 'image/webp']);
  });

  test('that lies elsewhere on the web or is too large is not fetched', async () => {
    metadata(BOB, HASH, ` url='https://evil.test/x.png'`);
    connection.receive(`<message xmlns='jabber:client' from='carol@edge.test'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:avatar:metadata'><item><metadata xmlns='urn:xmpp:avatar:metadata'><info id='${HASH}' bytes='9999999'/></metadata></item></items></event></message>`);
    assert.deepEqual([avatars.urlOf(BOB), avatars.urlOf('carol@edge.test')], ['', '']);
    await settle();
    assert.equal(connection.sent.length, 0);
  });

  test('announced in presence comes from the card of the contact, or of the occupant', async () => {
    presence(`${BOB}/phone`, HASH);
    await shown();
    assert.deepEqual([connection.sent[0].attrs.to, connection.sent[0].child('vCard', 'vcard-temp') !== null], [BOB, true]);
    answer(`<vCard xmlns='vcard-temp'><PHOTO><BINVAL>${PNG.toString('base64').replace(/(.{6})/g, '$1\n')}</BINVAL></PHOTO></vCard>`);
    await until(() => avatars.urlOf(BOB).startsWith('blob:'));
    presence('tea@rooms.test/eve', 'ab'.repeat(20), `<x xmlns='http://jabber.org/protocol/muc#user'><item/></x>`);
    avatars.urlOf('tea@rooms.test/eve');
    await until(() => connection.sent.length > 1);
    assert.equal(connection.sent[1].attrs.to, 'tea@rooms.test/eve');
  });

  test('goes when the contact takes it away; presence without a word about it changes nothing', async () => {
    metadata(BOB);
    await shown();
    pep(PNG);
    await until(() => avatars.urlOf(BOB));
    presence(`${BOB}/phone`, null);
    presence(`${BOB}/phone`, '');
    assert.ok(avatars.urlOf(BOB));
    metadata(BOB, '');
    assert.equal(avatars.urlOf(BOB), '');
  });
});

test('capabilities are verified as XEP-0115 section 5.2 shows', async () => {
  const features = ['http://jabber.org/protocol/caps', 'http://jabber.org/protocol/disco#info', 'http://jabber.org/protocol/disco#items', 'http://jabber.org/protocol/muc'];
  assert.equal(await verification({ category: 'client', type: 'pc', name: 'Exodus 0.9.1' }, features), 'QgayPKawpkPSDYmwT/WM94uAlu0=');
});
