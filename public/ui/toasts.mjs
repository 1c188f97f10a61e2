// Short notices at the edge of the screen; they go by themselves and never take the focus.

import { h } from './dom.mjs';

const SHOWN = 6_000;
const region = h('div', { class: 'toasts', role: 'status' });

/** @param {string} text @param {'info' | 'error'} [tone] */
export function toast(text, tone = 'info') {
  if (!region.isConnected) document.body.append(region);
  const item = h('p', { class: `toast ${tone}` }, text);
  region.append(item);
  setTimeout(() => item.remove(), SHOWN);
}
