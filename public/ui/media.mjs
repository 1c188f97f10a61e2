// Files to and from others: the upload with its progress, and pictures that are loaded only when somebody asks for them.

import { t } from '../i18n/i18n.mjs';
import { StanzaError } from '../xmpp/errors.mjs';
import { h } from './dom.mjs';

const PICTURE = /\.(?:avif|gif|jpe?g|png|webp)$/i; // never SVG, which is a document

/** @type {import('../features/upload.mjs').Put} */
export const putFile = ({ put, headers }, file, progress) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  request.open('PUT', put);
  for (const [name, value] of headers) request.setRequestHeader(name, value);
  request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
  request.onload = () => (request.status >= 200 && request.status < 300 ? resolve() : reject(new StanzaError('upload-failed')));
  request.onerror = () => reject(new StanzaError('upload-failed'));
  request.send(file);
});

const KEY = 'edge.pictures';

/** @param {import('../xmpp/sasl/choose.mjs').KeyValue} storage whether pictures of contacts are fetched without being asked for */
export const wantsPictures = (storage) => storage.getItem(KEY) === 'yes';

/** @param {import('../xmpp/sasl/choose.mjs').KeyValue} storage @param {boolean} wanted */
export const setPictures = (storage, wanted) => storage.setItem(KEY, wanted ? 'yes' : 'no');

/**
 * A button that becomes the picture; nothing is fetched before, unless it is to be shown at once.
 * @param {string} address @param {boolean} atOnce
 */
export function picture(address, atOnce) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  // On plain http the policy of the page says which hosts are meant.
  const allowed = url.protocol === 'https:' || (url.protocol === 'http:' && location.protocol === 'http:');
  if (!allowed || !PICTURE.test(url.pathname)) return null;
  const { href } = url;
  const shown = () => {
    const image = h('img', { class: 'picture', src: href, alt: t('media.picture'), loading: 'lazy' });
    image.addEventListener('error', () => image.replaceWith(h('span', { class: 'hint' }, t('media.broken'))));
    return image;
  };
  const button = h('button', { class: 'button small show', type: 'button', title: url.host, on: { click: () => button.replaceWith(shown()) } }, t('media.show'));
  return atOnce ? shown() : button;
}
