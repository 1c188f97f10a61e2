// A person's sign while there is no picture: initials on the colour of the address (XEP-0392).

import { h } from './dom.mjs';

/**
 * A hue that every page gives the same address; FNV-1a spreads similar names.
 * @param {string} text
 */
export function hueOf(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % 360;
}

/** @param {string} name */
function initials(name) {
  const words = name.trim().split(/[\s._-]+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0] ?? '?'];
  return letters.map((word) => [...word][0]).join('').toUpperCase();
}

/** @param {string} jid @param {string} name @param {'chat' | 'room'} [kind] */
export function avatar(jid, name, kind = 'chat') {
  const element = h('span', { class: `avatar ${kind}`, 'aria-hidden': 'true' }, kind === 'room' ? '#' : initials(name));
  element.style.setProperty('--hue', String(hueOf(jid)));
  return element;
}
