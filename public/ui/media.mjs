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

/**
 * A button that becomes the picture; nothing is fetched before.
 * @param {string} address
 */
export function picture(address) {
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
  const button = h('button', { class: 'button small show', type: 'button', title: url.host, on: { click: () => {
    const image = h('img', { class: 'picture', src: href, alt: t('media.picture') });
    image.addEventListener('error', () => image.replaceWith(h('span', { class: 'hint' }, t('media.broken'))));
    button.replaceWith(image);
  } } }, t('media.show'));
  return button;
}
