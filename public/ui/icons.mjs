// Small pictures: line icons as path data on a grid of 24 by 24, and the sign of a person without a picture.

import { h } from './dom.mjs';

export const BACK = 'M15 5l-7 7 7 7';
export const PLUS = 'M12 5v14M5 12h14';
export const SEND = 'M5 12h13M12.5 6l6 6-6 6';
export const MENU = 'M5 7h14M5 12h14M5 17h14';
export const MORE = 'M12 5a.7.7 0 1 1 0 1.400.7.7 0 0 1 0-1.400zM12 11.300a.7.7 0 1 1 0 1.400.7.7 0 0 1 0-1.400zM12 17.600a.7.7 0 1 1 0 1.400.7.7 0 0 1 0-1.400z';
export const CLOSE = 'M6 6l12 12M18 6L6 18';
export const DOWN = 'M12 5v13M6.5 12.5l5.5 6 5.5-6';
export const SEARCH = 'M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15 15l4.5 4.5';
export const CLOCK = 'M12 4.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM12 8v4.5l3 1.5';
export const CHECK = 'M5 12.5l4.5 4.5L19 7.5';
export const CHECKS = 'M2.5 12.5L7 17l9.5-9.5M12 16l1 1 9.5-9.5';
export const WARNING = 'M12 4.5L3.5 19h17zM12 10v4.5M12 16.8v.01';
export const PEOPLE = 'M9 5.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM3.5 18.5c.6-3 2.8-4.5 5.5-4.5s4.9 1.500 5.500 4.500M16 6.200a2.700 2.700 0 0 1 0 5.100M17.500 14.400c1.700.6 2.700 2 3 4.100';
export const CLIP = 'M18.500 11.500l-6.700 6.700a4 4 0 0 1-5.700-5.700l7.400-7.400a2.700 2.700 0 0 1 3.800 3.800l-7.300 7.300a1.300 1.300 0 0 1-1.900-1.900l6.400-6.300';

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

/** @type {(jid: string) => string} */
let pictureOf = () => '';

/**
 * Where pictures of people come from, once there are any.
 * @param {(jid: string) => string} source gives the address of a picture or ''
 */
export const usePictures = (source) => (pictureOf = source);

/** @param {string} jid @param {string} name @param {'chat' | 'room'} [kind] */
export function avatar(jid, name, kind = 'chat') {
  const src = pictureOf(jid);
  const element = h('span', { class: `avatar ${kind}`, 'aria-hidden': 'true' },
    src ? h('img', { src, alt: '' }) : kind === 'room' ? '#' : initials(name));
  element.style.setProperty('--hue', String(hueOf(jid)));
  return element;
}
