import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redacted, Trace } from '../../../public/xmpp/trace.mjs';
import { parse, serialize } from '../../../public/xmpp/xml.mjs';
import { ScriptedTransport } from './support.mjs';

const shown = (xml, said) => serialize(redacted(parse(xml), said));

test('nothing secret is shown, whether or not what people say is', () => {
  const secrets = [
    `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>S3CRET</auth>`,
    `<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>S3CRET</response>`,
    `<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>S3CRET</challenge>`,
    `<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>S3CRET</success>`,
    `<authenticate xmlns='urn:xmpp:sasl:2'><initial-response>S3CRET</initial-response></authenticate>`,
    `<iq xmlns='jabber:client' type='set'><query xmlns='jabber:iq:register'><username>a</username><password>S3CRET</password></query></iq>`,
    `<presence xmlns='jabber:client'><x xmlns='http://jabber.org/protocol/muc'><password>S3CRET</password></x></presence>`,
    `<iq xmlns='jabber:client'><slot xmlns='urn:xmpp:http:upload:0'><put url='u'><header name='Authorization'>S3CRET</header></put></slot></iq>`,
    `<iq xmlns='jabber:client'><slot xmlns='urn:xmpp:http:upload:0'><put url='https://u.test/S3CRET?v=S3CRET'/><get url='https://u.test/S3CRET'/></slot></iq>`,
    `<resume xmlns='urn:xmpp:sm:3' previd='S3CRET' h='1'/>`,
    `<enabled xmlns='urn:xmpp:sm:3' id='S3CRET' resume='true'/>`,
    `<success xmlns='urn:xmpp:sasl:2'><token xmlns='urn:xmpp:fast:0' token='S3CRET'/><additional-data>S3CRET</additional-data></success>`,
    `<iq xmlns='jabber:client' type='set'><query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'><field var='password'><value>S3CRET</value></field></x></query></iq>`,
    `<iq xmlns='jabber:client'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data'><field type='text-private' var='muc#roomconfig_roomsecret'><value>S3CRET</value></field></x></query></iq>`,
    `<iq xmlns='jabber:client' type='set'><query xmlns='jabber:iq:auth'><username>a</username><digest>S3CRET</digest></query></iq>`,
  ];
  for (const xml of secrets) for (const said of [false, true]) assert.doesNotMatch(shown(xml, said), /S3CRET/, xml);
});

test('what people say is left out unless it is asked for', () => {
  const message = `<message xmlns='jabber:client'><body>hello</body><x xmlns='jabber:x:data'><field var='a'><value>hello</value></field></x></message>`;
  assert.doesNotMatch(shown(message), /hello/);
  assert.match(shown(message, true), /hello/);
  assert.match(shown(message), /\[5 hidden\]/);
});

test('both directions and the end of a transport are noted, and old lines go', () => {
  const trace = new Trace(() => 0);
  const transport = trace.watch(new ScriptedTransport());
  transport.open({ to: 'x' });
  transport.send(parse(`<presence xmlns='jabber:client'/>`));
  transport.receive(`<presence xmlns='jabber:client' from='a@b'/>`);
  transport.close();
  assert.deepEqual(trace.lines.map(({ mark }) => mark).join(''), '=><=');
  assert.equal(transport.sent.length, 1);
  for (let i = 0; i < 1_000; i += 1) trace.note('=', String(i));
  assert.equal(trace.lines.length, 500);
});
