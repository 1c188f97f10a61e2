import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../public/xmpp/discovery.mjs';
import { lookUp } from '../../../public/xmpp/host-meta.mjs';
import { ManualClock } from './support.mjs';

const WS = 'urn:xmpp:alt-connections:websocket';
const BOSH = 'urn:xmpp:alt-connections:xbosh';
/** Files of a domain by path; everything else is not there. */
const host = (files) => {
  const asked = [];
  return { asked, clock: new ManualClock(), fetch: async (url) => {
    asked.push(url);
    const text = files[new URL(url).pathname];
    return { ok: text !== undefined, status: text === undefined ? 404 : 200, text: async () => text };
  } };
};

test('a domain is asked in JSON, over https', async () => {
  const site = host({ '/.well-known/host-meta.json': JSON.stringify({ links: [{ rel: BOSH, href: 'https://web.b.test/bosh' }, { rel: WS, href: 'wss://web.b.test/ws' }, 7] }) });
  assert.deepEqual(await lookUp('b.test', site), { websocket: 'wss://web.b.test/ws', bosh: 'https://web.b.test/bosh' });
  assert.deepEqual(site.asked, ['https://b.test/.well-known/host-meta.json']);
});

test('and in XML where it has no JSON, as XEP-0156 shows it', async () => {
  const site = host({ '/.well-known/host-meta': `<?xml version='1.0' encoding='utf-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\n<Link rel="${BOSH}" href="https://web.b.test:5280/bosh"/>\n<Link rel="${WS}" href="wss://web.b.test:443/ws" /></XRD>\n` });
  assert.deepEqual(await lookUp('b.test', site), { websocket: 'wss://web.b.test/ws', bosh: 'https://web.b.test:5280/bosh' });
});

test('what is in the clear, no address or no file is of no use', async () => {
  const json = (links) => ({ '/.well-known/host-meta.json': JSON.stringify({ links }) });
  for (const files of [{}, json([{ rel: WS, href: 'ws://b.test/ws' }, { rel: BOSH, href: 'http://b.test/' }]), json([{ rel: WS, href: 'wss' }]), json('x'),
    { '/.well-known/host-meta.json': '{' }, { '/.well-known/host-meta': '<XRD' }, { '/.well-known/host-meta.json': ' '.repeat(70_000) }]) {
    await assert.rejects(lookUp('b.test', host(files)), { code: 'no-endpoint' });
  }
});

test('a domain that does not answer is given up in time', async () => {
  const clock = new ManualClock();
  const asked = assert.rejects(lookUp('b.test', { clock, fetch: () => new Promise(() => {}) }), { code: 'no-endpoint', retry: true });
  await clock.advance(8_000);
  await asked;
});

test('a page on a plain web server asks the domain of whoever logs in', async () => {
  const config = await loadConfig({ page: 'https://x/', fetch: async () => ({ ok: false, status: 404 }), clock: new ManualClock() });
  assert.deepEqual([config.discover, config.domains, config.websocket], [true, [], '']);
});
