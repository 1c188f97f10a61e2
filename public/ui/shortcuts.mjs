// Keys that work everywhere, and the dialog that lists them.

import { t } from '../i18n/i18n.mjs';
import { openDialog } from './dialogs.mjs';
import { h } from './dom.mjs';

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** @type {[string[], string][]} */
const KEYS = [
  [[MAC ? '⌘ K' : 'Ctrl K'], 'keys.switch'], [['Alt ↑', 'Alt ↓'], 'keys.next'], [['F6', '⇧ F6'], 'keys.regions'], [['↑'], 'keys.edit'],
  [['Enter'], 'keys.send'], [['⇧ Enter'], 'keys.newline'], [['Esc'], 'keys.escape'], [['?'], 'keys.help'],
];

export function helpDialog() {
  openDialog({
    title: t('keys.title'),
    content: [h('dl', { class: 'keys' }, ...KEYS.flatMap(([keys, text]) => [h('dt', {}, ...keys.map((key) => h('kbd', {}, key))), h('dd', {}, t(text))]))],
  });
}

/**
 * The letter of a key; of keyboards with other scripts the one that is printed there as well.
 * @param {KeyboardEvent} event
 */
const letterOf = ({ key, code }) => (/^[\x21-\x7e]/.test(key) ? key.toLowerCase() : code.slice(3).toLowerCase());

/** @param {HTMLElement} view @param {{ find(): void, next(step: number): void }} actions */
export function startShortcuts(view, { find, next }) {
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || !view.isConnected || document.querySelector('dialog[open]')) return;
    const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
    if ((event.ctrlKey || event.metaKey) && letterOf(event) === 'k') find();
    else if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) next(event.key === 'ArrowDown' ? 1 : -1);
    else if (event.key === '?' && !typing) helpDialog();
    else return;
    event.preventDefault();
  });
}
