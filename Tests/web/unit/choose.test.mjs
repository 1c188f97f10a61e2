import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base64, utf8 } from '../../../public/core/bytes.mjs';
import { chooseMechanism, forgetMechanism, rememberMechanism } from '../../../public/xmpp/sasl/choose.mjs';
import { MemoryStorage } from './support.mjs';

const credentials = { username: 'alice', password: 'secret' };
const choose = (offered, { secure = true, storage = new MemoryStorage() } = {}) =>
  chooseMechanism({ offered, account: 'alice@edge.test', credentials, secure, storage });

test('the strongest mechanism offered is taken', async () => {
  assert.equal((await choose(['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'X-OAUTH2'])).mechanism, 'SCRAM-SHA-256');
  assert.equal((await choose(['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1', 'PLAIN'])).mechanism, 'SCRAM-SHA-1');
  const plain = await choose(['PLAIN']);
  assert.equal(plain.first(), base64(utf8('\0alice\0secret')));
});

test('nothing is sent over a page that is not secure, and nothing that is not known', async () => {
  await assert.rejects(choose(['SCRAM-SHA-256', 'PLAIN'], { secure: false }), { code: 'insecure-page' });
  await assert.rejects(choose(['DIGEST-MD5', 'scram-sha-1']), { code: 'no-mechanism' });
  await assert.rejects(choose([]), { code: 'no-mechanism' });
});

test('an offer weaker than before is refused until the person trusts it', async () => {
  const storage = new MemoryStorage();
  rememberMechanism(storage, 'alice@edge.test', 'SCRAM-SHA-256');
  await assert.rejects(choose(['SCRAM-SHA-1', 'PLAIN'], { storage }), { code: 'sasl-downgrade' });
  assert.equal((await choose(['SCRAM-SHA-256'], { storage })).mechanism, 'SCRAM-SHA-256');
  forgetMechanism(storage, 'alice@edge.test');
  assert.equal((await choose(['PLAIN'], { storage })).mechanism, 'PLAIN');
});
