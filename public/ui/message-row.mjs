// One message as a list item. Remote text becomes text nodes and checked links only.

import { clockTime, fullTime, t } from '../i18n/i18n.mjs';
import { CHECK, CHECKS, CLIP, CLOCK, fill, h, hueOf, icon, WARNING } from './dom.mjs';
import { parseStyling } from '../features/styling.mjs';
import { fileLink, linkify, picture } from './media.mjs';

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

const QUOTE_LENGTH = 200;

/** @param {Message} message @param {Context} context */
function quoteOf({ quote }, { nameOf, find }) {
  if (!quote) return null;
  const answered = find(quote.id);
  const text = answered ? (answered.retracted ? t('chat.retracted') : answered.body) : quote.text;
  const from = answered?.from ?? quote.from;
  return h('div', { class: 'quote' }, h('span', { class: 'visually-hidden' }, t('chat.answers')),
    from && h('strong', {}, h('bdi', {}, nameOf(from))), h('span', { dir: 'auto' }, text.slice(0, QUOTE_LENGTH)));
}

/** @param {Message} message @param {Context} context */
function reactionsOf({ reactions }, { nameOf }) {
  /** @type {Map<string, string[]>} */
  const people = new Map();
  for (const { from, emojis } of reactions.values()) for (const emoji of emojis) people.set(emoji, [...(people.get(emoji) ?? []), nameOf(from)]);
  if (people.size === 0) return null;
  return h('ul', { class: 'reactions', 'aria-label': t('chat.reactions') }, ...[...people].map(([emoji, names]) =>
    h('li', { title: names.join(', ') }, emoji, names.length > 1 && h('span', {}, String(names.length)), h('span', { class: 'visually-hidden' }, names.join(', ')))));
}

/**
 * @typedef {{ nameOf(from: string): string, retry(message: Message): void, find(id: string): Message | null, shows(message: Message): boolean, first: boolean, room: boolean }} Context
 *   first: the sender was somebody else, or it was long ago; find: a message by the id others know it by;
 *   shows: whether its picture is fetched without being asked for
 */

/** @param {HTMLLIElement} row @param {Message} message @param {Context} context */
export function renderRow(row, message, context) {
  const { nameOf, retry, first, room } = context;
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
  const file = message.url === text ? fileLink(text) : null;
  const time = h('time', { datetime: new Date(message.time).toISOString(), title: fullTime(message.time) }, clockTime(message.time));
  fill(row, h('div', { class: `bubble${message.delivery === 'failed' ? ' failed' : ''}` }, author,
    quoteOf(message, context),
    message.retracted && h('span', { class: 'hint' }, t('chat.retracted'), message.reason && h('bdi', {}, ` ${message.reason}`)),
    message.encrypted && h('p', { class: 'hint' }, t('chat.encrypted', { name: message.encrypted })),
    h('div', { class: 'body', dir: 'auto' }, action && h('span', { class: 'action' }, `* ${name} `), ...(file ? [icon(CLIP), file] : styled(parseStyling(text)))),
    picture(message.url || (/^\S+$/.test(text) ? text : ''), context.shows(message)),
    h('span', { class: 'meta' }, message.corrected && h('span', {}, t('chat.edited')), time, deliveryMark(message))),
  reactionsOf(message, context),
  message.delivery === 'failed' && h('p', { class: 'failure' }, t('chat.failed'), ' ',
    message.error && `${t(`${room ? 'room.' : ''}trouble.${message.error}`, {}, 'trouble.other')} `,
    h('button', { class: 'link', type: 'button', on: { click: () => retry(message) } }, t('chat.retry'))));
}
