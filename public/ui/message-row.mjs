// One message as a list item. Remote text becomes text nodes and checked links only.

import { clockTime, fullTime, t } from '../i18n/i18n.mjs';
import { CHECK, CHECKS, CLOCK, hueOf, WARNING } from './icons.mjs';
import { fill, h, icon } from './dom.mjs';
import { parseStyling } from '../features/styling.mjs';
import { linkify } from './linkify.mjs';
import { picture } from './media.mjs';
/** @typedef {import('../features/message-log.mjs').Message} Message */

const MARKS = { pending: CLOCK, sent: CHECK, delivered: CHECKS, read: CHECKS, failed: WARNING };

const SPANS = /** @type {const} */ ({ strong: 'strong', emphasis: 'em', strike: 's', code: 'code' });

/** @param {import('../features/styling.mjs').Block[]} blocks @returns {(Node | string)[]} */
const styled = (blocks) => blocks.flatMap((block, i) => {
  if (block.kind === 'quote') return [h('blockquote', {}, ...styled(block.blocks))];
  if (block.kind === 'code') return [h('pre', {}, block.spans[0].text)];
  const line = block.spans.flatMap(({ kind, text }) =>
    (kind === 'text' ? linkify(text) : [h(SPANS[kind], {}, ...(kind === 'code' ? [text] : linkify(text)))]));
  return i < blocks.length - 1 && blocks[i + 1].kind === 'line' ? [...line, '\n'] : line;
});

/** @param {Message} message */
function deliveryMark({ delivery }) {
  if (!delivery) return null;
  return h('span', { class: `mark ${delivery}`, title: t(`delivery.${delivery}`) }, icon(MARKS[delivery]), h('span', { class: 'visually-hidden' }, t(`delivery.${delivery}`)));
}

/**
 * @param {HTMLLIElement} row @param {Message} message
 * @param {{ nameOf(from: string): string, retry(message: Message): void, first: boolean, room: boolean }} context
 *   first: the sender was somebody else, or it was long ago
 */
export function renderRow(row, message, { nameOf, retry, first, room }) {
  row.className = `row ${message.mine ? 'mine' : 'theirs'}${first ? ' first' : ''}${message.kind === 'event' ? ' event' : ''}`;
  row.dataset.key = message.key;
  if (message.kind === 'event') {
    fill(row, h('p', { class: 'event-text' }, h('bdi', {}, message.body)));
    return;
  }
  const name = nameOf(message.from);
  const author = h('span', { class: room && !message.mine && first ? 'author' : 'visually-hidden' }, h('bdi', {}, name));
  author.style.setProperty('--hue', String(hueOf(message.from)));
  const action = message.body.startsWith('/me ');
  const text = action ? message.body.slice(4) : message.body;
  const time = h('time', { datetime: new Date(message.time).toISOString(), title: fullTime(message.time) }, clockTime(message.time));
  fill(row, h('div', { class: `bubble${message.delivery === 'failed' ? ' failed' : ''}` }, author,
    message.encrypted && h('p', { class: 'hint' }, t('chat.encrypted', { name: message.encrypted })),
    h('div', { class: 'body', dir: 'auto' }, action && h('span', { class: 'action' }, `* ${name} `), ...styled(parseStyling(text))),
    picture(message.url || (/^\S+$/.test(text) ? text : '')),
    h('span', { class: 'meta' }, message.corrected && h('span', {}, t('chat.edited')), time, deliveryMark(message))),
  message.delivery === 'failed' && h('p', { class: 'failure' }, t('chat.failed'), ' ',
    h('button', { class: 'link', type: 'button', on: { click: () => retry(message) } }, t('chat.retry'))));
}
