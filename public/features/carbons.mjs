// Copies of what our other clients send and receive (XEP-0280). Only our own account may send them (section 11).

import { el } from '../xmpp/xml.mjs';
import { CARBONS, CLIENT, DELAY, FORWARD } from '../xmpp/ns.mjs';
import { readDelay } from './message.mjs';

export class Carbons {
  /**
   * @param {import('../xmpp/router.mjs').Router} router
   * @param {(message: import('../xmpp/xml.mjs').XmlElement, delay: number) => void} receive
   */
  constructor(router, receive) {
    this.router = router;
    router.on('message', (stanza) => {
      const copy = stanza.inNamespace(CARBONS);
      if (!copy || (copy.name !== 'sent' && copy.name !== 'received')) return false;
      const forwarded = copy.child('forwarded', FORWARD);
      const message = forwarded?.child('message', CLIENT);
      // A copy from anyone else is an attempt to put words into mouths.
      if (message && stanza.attrs.from === router.connection.jid.bare) {
        receive(message, readDelay(forwarded?.child('delay', DELAY) ?? null));
      }
      return true;
    });
  }

  /** Servers without carbons say so, and that is all right. */
  async enable() {
    await this.router.ask('set', el('enable', { xmlns: CARBONS })).catch(() => {});
  }
}
