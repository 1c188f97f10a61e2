// The messages of one conversation: blocks of rows under day headings, a bounded number of them in the document,
// a reading position that stays where it is whatever comes above or below. One tab stop; arrow keys move inside.

import { dayName, sameDay, t } from '../i18n/i18n.mjs';
import { button, DOWN, fill, h, icon, perFrame } from './dom.mjs';
import { renderRow } from './message-row.mjs';

const BLOCK = 50; // rows that share one content-visibility box
const FIRST_VIEW = 100;
const STEP = 50; // how many more rows when the reader goes up
const BURST = 50; // rows that come at once and are worth adding, in one task; of more only the last are of interest,
const BREATH = 250; // and milliseconds between two looks at them
const MOST = 2_000; // rows in the document
const TOGETHER = 5 * 60_000; // messages of one sender that stand together
const NEAR = 80; // pixels from the end that count as the end
const NEAR_TOP = 200; // pixels from the top at which older ones are fetched

/**
 * @param {Conversation} conversation
 * @param {Omit<import('./message-row.mjs').Context, 'first' | 'room'> & { older?(): Promise<boolean> }} actions
 *   older: fetches older messages from the archive; false when there are none
 */
export function messageList(conversation, { older, ...actions }) {
  const { messages } = conversation.log;
  /** @type {Map<string, HTMLLIElement>} */
  const rows = new Map();
  let from = Math.max(0, messages.length - FIRST_VIEW);
  let to = messages.length;
  let atEnd = true;
  let lastTop = 0;
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
      renderRow(row, message, { ...actions, first, room: conversation.kind === 'room' });
    }
    rows.set(message.key, row);
    return row;
  };

  const divider = () => h('li', { class: 'divider' }, h('span', {}, t('chat.new')));

  /**
   * Block `before` which rows are put, or null for the end.
   * @param {HTMLElement | null} before @param {number} i @param {boolean} newDay
   */
  const newBlock = (before, i, newDay) => {
    const list = h('ol', {});
    const block = h('section', { class: 'block fresh' }, newDay && h('h2', { class: 'day' }, h('span', {}, dayName(messages[i].time, Date.now()))), list);
    content.insertBefore(block, before);
    return block;
  };

  /**
   * Puts rows `start` to `end` in front of a block or at the end; begins a new block for a new day and when one is full.
   * @param {number} start @param {number} end @param {HTMLElement | null} before @param {HTMLElement | null} block the one to go on with
   */
  const place = (start, end, before, block) => {
    for (let i = start; i < end; i += 1) {
      const newDay = i === from || !sameDay(messages[i - 1].time, messages[i].time);
      if (!block || newDay || Number(block.lastElementChild?.childElementCount) >= BLOCK) block = newBlock(before, i, newDay);
      const list = /** @type {HTMLElement} */ (block.lastElementChild);
      if (messages[i].key === conversation.dividerKey) {
        content.querySelector('.divider')?.remove(); // of what was new before
        list.append(divider());
      }
      list.append(rowFor(i));
    }
  };

  /** New blocks are measured once, so that one that is skipped takes the room it would need (content-visibility). */
  const measure = () => {
    const fresh = /** @type {HTMLElement[]} */ ([...content.querySelectorAll('.fresh')]);
    const sizes = fresh.map((block) => block.offsetHeight);
    fresh.forEach((block, i) => {
      const size = (/** @type {string} */ auto) => block.style.setProperty('contain-intrinsic-block-size', `${auto}${sizes[i]}px`);
      // One that was measured before is remembered by the browser as it was, until a frame says otherwise.
      if (block.style.length > 0) requestAnimationFrame(() => size('auto '));
      size(block.style.length > 0 ? '' : 'auto ');
      block.classList.remove('fresh');
    });
  };

  /**
   * Does something to the rows above, below or among what is read; the reader sees no movement.
   * @param {() => void} change
   */
  const unmoved = (change) => {
    const anchor = atEnd ? null : findAnchor();
    change();
    measure();
    settleActive();
    if (atEnd) scroller.scrollTop = scroller.scrollHeight;
    else if (anchor) scroller.scrollTop += (rows.get(anchor.key)?.getBoundingClientRect().top ?? anchor.top) - anchor.top;
  };

  const rebuild = () => unmoved(() => {
    content.replaceChildren();
    place(from, to, null, null);
    const kept = new Set(messages.slice(from, to).map(({ key }) => key));
    for (const key of rows.keys()) if (!kept.has(key)) rows.delete(key);
    renderTop();
  });

  /**
   * Rows `start` up to the first one shown go in front; that one may no longer begin a day or a group.
   * @param {number} start
   */
  const prepend = (start) => unmoved(() => {
    const old = from;
    const block = /** @type {HTMLElement | null} */ (content.firstElementChild);
    from = start;
    place(start, old, block, null);
    if (block && messages[old] && sameDay(messages[old - 1].time, messages[old].time)) {
      block.querySelector('.day')?.remove();
      block.classList.add('fresh');
    }
    if (messages[old]) rowFor(old);
    renderTop();
  });

  const findAnchor = () => {
    const rim = scroller.getBoundingClientRect().top;
    const below = (/** @type {Element} */ element) => element.getBoundingClientRect().bottom > rim;
    const block = [...content.children].find(below);
    const row = /** @type {HTMLElement | undefined} */ ([...(block?.querySelectorAll('.row') ?? [])].find(below));
    return row ? { key: row.dataset.key ?? '', top: row.getBoundingClientRect().top } : null;
  };

  const renderTop = () => {
    const more = from > 0 || !complete;
    fill(top, fetching ? h('p', { class: 'muted' }, t('chat.loading'))
      : more ? button(t('chat.older'), showOlder, 'small')
        : messages.length === 0 ? h('p', { class: 'muted' }, t('chat.nothing')) : h('p', { class: 'muted' }, t('chat.beginning')));
  };

  const showOlder = async () => {
    if (fetching) return;
    if (from === 0) {
      if (complete || !older) return;
      fetching = true;
      renderTop();
      const before = messages.length;
      complete = !(await older().catch(() => true));
      fetching = false;
      flush();
      renderTop();
      // Whoever reads near the top wants more than the few that came.
      if (messages.length > before && scroller.scrollTop < NEAR_TOP) await showOlder();
    } else {
      if (to - from > MOST - STEP) unmoved(() => (to -= drop(() => content.lastElementChild)));
      prepend(Math.max(0, from - STEP));
    }
  };

  /** @param {() => Element | null} which */
  const drop = (which) => {
    const block = which();
    const gone = /** @type {HTMLElement[]} */ ([...(block?.querySelectorAll('.row') ?? [])]);
    for (const { dataset } of gone) rows.delete(dataset.key ?? '');
    block?.remove();
    return gone.length;
  };

  const showNewer = () => {
    const start = to;
    to = Math.min(messages.length, to + STEP);
    unmoved(() => {
      if (to - from > MOST) from += drop(() => content.firstElementChild);
      place(start, to, null, /** @type {HTMLElement | null} */ (content.lastElementChild));
      renderTop();
    });
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
  let flushed = 0;

  const flush = () => {
    if (added.size > BURST && performance.now() - flushed < BREATH) {
      setTimeout(planFlush, BREATH);
      return;
    }
    flushed = performance.now();
    const batch = added;
    added = new Set();
    if (batch.size === 0) return;
    let below = 0;
    for (let i = messages.length - 1; i >= 0 && batch.has(messages[i]); i -= 1) below += 1;
    let above = 0;
    while (below < batch.size && batch.has(messages[above])) above += 1;
    const shown = to - from;
    const before = messages.length - below;
    if (above === batch.size && from === 0 && shown > 0) {
      from += above;
      to += above;
      if (shown + above <= MOST) prepend(0);
    } else if (below === batch.size && to === before && below <= BURST && (atEnd || shown + below <= MOST)) {
      unmoved(() => {
        const start = to;
        to = messages.length;
        while (to - from > MOST) from += drop(() => content.firstElementChild);
        place(start, to, null, /** @type {HTMLElement | null} */ (content.lastElementChild));
        if (start === 0) renderTop();
      });
    } else if (below === batch.size && (to < before || (to === before && !atEnd))) {
      // They are shown when somebody goes down there.
    } else if (below === batch.size && to === before) {
      to = messages.length;
      from = Math.max(0, to - BURST);
      rebuild();
    } else {
      const first = /** @type {HTMLElement | null} */ (content.querySelector('.row'))?.dataset.key;
      const start = messages.findIndex(({ key }) => key === first);
      to = atEnd || start < 0 ? messages.length : Math.min(messages.length, start + shown + batch.size);
      from = Math.max(0, start < 0 ? to - FIRST_VIEW : Math.max(from === 0 ? 0 : start, to - MOST));
      rebuild();
    }
    updateJump();
  };
  const planFlush = perFrame(flush);

  /** Keeps exactly one row in the tab order: the one where the reader is, or the last. */
  const settleActive = () => {
    if (rows.get(active)?.isConnected && scroller.contains(document.activeElement)) return;
    rows.get(active)?.setAttribute('tabindex', '-1');
    active = messages[to - 1]?.key ?? '';
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
    const near = to + added.size >= messages.length && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    // Rows may have come since the position this is about: only who went up has left the end.
    if (near || scroller.scrollTop < lastTop) atEnd = near;
    lastTop = scroller.scrollTop;
    if (scroller.scrollTop < NEAR_TOP && !atEnd && !fetching && (from > 0 || !complete)) void showOlder();
    if (to + added.size < messages.length && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR) showNewer();
    conversation.pinned = !atEnd;
    updateJump();
  }, { passive: true });
  // A picture that comes at the end is to be seen whole.
  scroller.addEventListener('load', () => atEnd && (scroller.scrollTop = scroller.scrollHeight), true);
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
    /** @param {number} gone how many of the oldest are no longer in the log */
    trimmed(gone) {
      const lost = from < gone;
      from = Math.max(0, from - gone);
      to = Math.max(from, to - gone);
      complete = !older; // there are older ones in the archive now
      if (lost) rebuild();
    },
    /** @param {Message} message */
    update(message) {
      const row = rows.get(message.key);
      if (row) unmoved(() => renderRow(row, message, { ...actions, first: row.dataset.first === 'true', room: conversation.kind === 'room' }));
    },
  };
}
