// Files for others (XEP-0363): asks the server for a place and puts the file there. The link is sent as a message.

import { StanzaError } from '../xmpp/errors.mjs';
import { UPLOAD } from '../xmpp/ns.mjs';
import { el } from '../xmpp/xml.mjs';

// Section 5: the only headers a server may make us send.
const HEADERS = new Set(['authorization', 'cookie', 'expires']);

/** @typedef {{ put: string, get: string, headers: [string, string][] }} Slot */
/** @typedef {(slot: Slot, file: Blob, progress: (part: number) => void, stop: AbortSignal) => Promise<void>} Put */

export class Upload {
  /** @param {Router} router @param {Disco} disco @param {Put} put */
  constructor(router, disco, put) {
    this.router = router;
    this.disco = disco;
    this.put = put;
  }

  /**
   * @param {{ name: string, size: number, type: string } & Blob} file @param {(part: number) => void} progress @param {AbortSignal} stop
   * @returns {Promise<string>} the link; throws StanzaError
   */
  async send(file, progress, stop) {
    const service = await this.disco.service(UPLOAD);
    if (!service) throw new StanzaError('feature-not-implemented');
    const { fields } = await this.disco.info(service);
    const most = Number(fields.get('max-file-size')) || Infinity;
    if (file.size > most) throw new StanzaError('file-too-large');
    const slot = await this.#slot(service, file).catch((error) => {
      // Section 5: the server says it in its own element beside this one.
      throw error.condition === 'not-acceptable' ? new StanzaError('file-too-large', 'modify', error.text) : error;
    });
    if (stop.aborted) throw new StanzaError('upload-failed');
    await this.put(slot, file, progress, stop);
    return slot.get;
  }

  /** @param {string} service @param {{ name: string, size: number, type: string }} file @returns {Promise<Slot>} */
  async #slot(service, { name, size, type }) {
    const request = el('request', { xmlns: UPLOAD, filename: name || 'file', size, 'content-type': type || null });
    const slot = (await this.router.ask('get', request, service)).child('slot', UPLOAD);
    const put = slot?.child('put');
    const links = [put?.attrs.url, slot?.child('get')?.attrs.url].map((url) => (url && /^https?:\/\//i.test(url) ? url : ''));
    if (!put || !links[0] || !links[1]) throw new StanzaError('bad-request');
    const headers = put.elements('header').map(({ attrs, text }) => /** @type {[string, string]} */ ([attrs.name ?? '', text.replace(/[\r\n]/g, '')]));
    return { put: links[0], get: links[1], headers: headers.filter(([name_]) => HEADERS.has(name_.toLowerCase())) };
  }
}
