// The messages of one conversation: blocks of rows under day headings, a bounded number of them in the document,
// a reading position that stays where it is whatever comes above or below. One tab stop; arrow keys move inside.

import { dayName, sameDay, t } from '../i18n/i18n.mjs';
import { fill, h, icon, perFrame } from './dom.mjs';
import { DOWN } from './icons.mjs';
import { renderRow } from './message-row.mjs';
/** @typedef {import('../features/message-log.mjs').Message} Message */

const BLOCK = 50; // rows that share one content-visibility box
const FIRST_VIEW = 150;
const STEP = 100; // how many more rows when the reader goes up
const MOST = 2_000; // rows in the document
const TOGETHER = 5 * 60_000; // messages of one sender that stand together
const NEAR = 80; // pixels from the end that count as the end

/**
 * @param {import('../features/conversations.mjs').Conversation} conversation
 * @param {{ nameOf(from: string): string, retry(message: Message): void, older?(): Promise<boolean> }} actions
 *   older: fetches older messages from the archive; false when there are none
 */
export function messageList(conversation, { nameOf, retry, older }) {
  const { messages } = conversation.log;
  /** @type {Map<string, HTMLLIElement>} */
  const rows = new Map();
  let from = Math.max(0, messages.length - FIRST_VIEW);
  let to = messages.length;
  let atEnd = true;
  let missed = 0;
  let active = '';
  let fetching = false;
  let complete = !older;

  const content = h('div', { class: 'message-blocks' });
  const top = h('div', { class: 'history-top' });
  const scroller = h('div', { class: 'messages', role: 'group', 'aria-label': t('region.messages') }, top, content);
  const count = h('span', { class: 'badge', hidden: true });
  const jump = h('button', { class: 'jump', type: 'button', hidden: true, 'aria-label': t('chat.latest'), title: t('chat.latest'), on: { click: () => toEnd() } }, icon(DOWN), count);

  /** @param {number} i */
  const isFirst = (i) => {
    const before = messages[i - 1];
    const message = messages[i];
    return !before || before.from !== message.from || before.kind !== message.kind || message.time - before.time > TOGETHER
      || !sameDay(before.time, message.time) || message.key === conversation.dividerKey;
  };

  /** @param {number} i */
  const rowFor = (i) => {
    const message = messages[i];
    const row = rows.get(message.key) ?? h('li', { tabindex: message.key === active ? '0' : '-1' });
    const first = isFirst(i);
    if (!rows.has(message.key) || row.dataset.first !== String(first)) {
      row.dataset.first = String(first);
      renderRow(row, message, { nameOf, retry, first, room: conversation.kind === 'room' });
    }
    rows.set(message.key, row);
    return row;
  };

  const divider = () => h('li', { class: 'divider', role: 'separator' }, h('span', {}, t('chat.new')));

  /**
   * Puts row `i` at the end, in a new block when the day or the block is full.
   * @param {number} i @param {HTMLElement | null} block
   */
  const place = (i, block) => {
    const message = messages[i];
    const newDay = i === from || !sameDay(messages[i - 1].time, message.time);
    let list = /** @type {HTMLElement | null} */ (block?.querySelector('ol') ?? null);
    if (!block || !list || newDay || list.childElementCount >= BLOCK) {
      list = h('ol', {});
      block = h('section', { class: 'block' }, newDay && h('h2', { class: 'day' }, h('span', {}, dayName(message.time, Date.now()))), list);
      content.append(block);
    }
    if (message.key === conversation.dividerKey) list.append(divider());
    list.append(rowFor(i));
    return block;
  };

  /** Everything anew from the data, with rows kept; the reader sees no movement. */
  const rebuild = () => {
    const anchor = atEnd ? null : findAnchor();
    content.replaceChildren();
    let block = null;
    for (let i = from; i < to; i += 1) block = place(i, block);
    const kept = new Set(messages.slice(from, to).map(({ key }) => key));
    for (const key of rows.keys()) if (!kept.has(key)) rows.delete(key);
    settleActive();
    renderTop();
    if (atEnd) scroller.scrollTop = scroller.scrollHeight;
    else if (anchor) scroller.scrollTop += (rows.get(anchor.key)?.getBoundingClientRect().top ?? anchor.top) - anchor.top;
  };

  /** The row at the upper rim and where it is. */
  const findAnchor = () => {
    const rim = scroller.getBoundingClientRect().top;
    for (const [key, row] of rows) {
      const box = row.getBoundingClientRect();
      if (box.bottom > rim && box.height > 0) return { key, top: box.top };
    }
    return null;
  };

  const renderTop = () => {
    const more = from > 0 || !complete;
    fill(top, fetching ? h('p', { class: 'muted' }, t('chat.loading'))
      : more ? h('button', { class: 'button small', type: 'button', on: { click: () => void showOlder() } }, t('chat.older'))
        : messages.length === 0 ? h('p', { class: 'muted' }, t('chat.nothing')) : h('p', { class: 'muted' }, t('chat.beginning')));
  };

  const showOlder = async () => {
    if (fetching) return;
    if (from === 0) {
      if (complete || !older) return;
      fetching = true;
      renderTop();
      complete = !(await older().catch(() => true));
      fetching = false;
      flush();
      if (from === 0) {
        renderTop();
        return;
      }
    }
    from = Math.max(0, from - STEP);
    if (to - from > MOST) to = from + MOST;
    rebuild();
  };

  const updateJump = () => {
    const hidden = atEnd && to === messages.length;
    jump.hidden = hidden;
    if (hidden) missed = 0;
    count.hidden = missed === 0;
    count.textContent = String(missed);
  };

  const toEnd = () => {
    atEnd = true;
    if (to < messages.length) {
      to = messages.length;
      from = Math.max(0, to - FIRST_VIEW);
      rebuild();
    }
    scroller.scrollTop = scroller.scrollHeight;
    updateJump();
  };

  /** @type {Set<Message>} */
  let added = new Set();

  /** Brings what came since the last frame into the document. */
  const flush = () => {
    const batch = added;
    added = new Set();
    if (batch.size === 0) return;
    let appended = 0;
    for (let i = messages.length - 1; i >= 0 && batch.has(messages[i]); i -= 1) appended += 1;
    const shownEnd = to === messages.length - batch.size;
    if (appended === batch.size && shownEnd && to - from + appended <= MOST) {
      let block = /** @type {HTMLElement | null} */ (content.lastElementChild);
      for (let i = to; i < messages.length; i += 1) block = place(i, block);
      to = messages.length;
      settleActive();
      if (messages.length === batch.size) renderTop();
    } else {
      // Older ones shift what is shown by as many as stand before it.
      const first = rows.keys().next().value;
      const start = first === undefined ? -1 : messages.findIndex(({ key }) => key === first);
      if (start >= 0) {
        to = atEnd ? messages.length : Math.min(messages.length, start + (to - from) + (shownEnd ? appended : 0));
        from = atEnd ? Math.max(0, to - Math.max(FIRST_VIEW, Math.min(MOST, to - start))) : start;
      } else {
        to = messages.length;
        from = Math.max(0, to - FIRST_VIEW);
      }
      rebuild();
    }
    if (atEnd) scroller.scrollTop = scroller.scrollHeight;
    updateJump();
  };
  const planFlush = perFrame(flush);

  /** Keeps exactly one row in the tab order: the chosen one, or the last. */
  const settleActive = () => {
    if (rows.get(active)?.isConnected) return;
    active = messages[to - 1]?.key ?? '';
    for (const row of scroller.querySelectorAll('li[tabindex="0"]')) row.setAttribute('tabindex', '-1');
    rows.get(active)?.setAttribute('tabindex', '0');
  };

  /** @param {string} key */
  const activate = (key) => {
    rows.get(active)?.setAttribute('tabindex', '-1');
    active = key;
    rows.get(key)?.setAttribute('tabindex', '0');
    rows.get(key)?.focus();
  };

  scroller.addEventListener('keydown', (event) => {
    const at = messages.findIndex(({ key }) => key === active);
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: from, End: to - 1, PageUp: at - 10, PageDown: at + 10 };
    if (!(event.target instanceof HTMLLIElement) || !(event.key in moves)) return;
    event.preventDefault();
    const next = messages[Math.min(to - 1, Math.max(from, moves[event.key]))];
    if (next) activate(next.key);
    if (moves[event.key] < from) void showOlder();
  });
  scroller.addEventListener('focusin', (event) => {
    const row = event.target instanceof HTMLElement ? event.target.closest('li') : null;
    if (row?.dataset.key && row.dataset.key !== active) {
      rows.get(active)?.setAttribute('tabindex', '-1');
      active = row.dataset.key;
      row.setAttribute('tabindex', '0');
    }
  });
  scroller.addEventListener('scroll', () => {
    atEnd = to === messages.length && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    if (scroller.scrollTop < 200 && !fetching && (from > 0 || !complete)) void showOlder();
    updateJump();
  }, { passive: true });
  new ResizeObserver(() => atEnd && (scroller.scrollTop = scroller.scrollHeight)).observe(scroller);

  rebuild();
  requestAnimationFrame(() => {
    if (atEnd) scroller.scrollTop = scroller.scrollHeight;
    // A page that shows less than it could fetches by itself; there is nothing to scroll then.
    if (scroller.scrollHeight <= scroller.clientHeight && (from > 0 || !complete)) void showOlder();
  });

  return {
    element: h('div', { class: 'messages-frame' }, scroller, jump),
    toEnd,
    /** After a message was taken out. */
    refresh() {
      added.clear();
      to = messages.length;
      from = Math.min(from, Math.max(0, to - 1));
      rebuild();
    },
    /** @param {Message} message */
    add(message) {
      added.add(message);
      if (!atEnd && !message.mine) missed += 1;
      planFlush();
    },
    /** @param {Message} message */
    update(message) {
      const row = rows.get(message.key);
      if (row) renderRow(row, message, { nameOf, retry, first: row.dataset.first === 'true', room: conversation.kind === 'room' });
      if (row && atEnd) scroller.scrollTop = scroller.scrollHeight;
    },
  };
}
