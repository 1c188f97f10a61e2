// Notices that the service has another version of this page than the one that runs, and offers to load it. Drafts stay; what has
// not left yet makes the browser ask.

import { t } from '../i18n/i18n.mjs';
import { button, h } from './dom.mjs';

const PAUSE = 60 * 60_000; // between two looks while the connection holds

/** What runs here, or '' where the web server does not say. */
async function servedVersion() {
  const response = await fetch(new URL('config.json', document.baseURI).href, { cache: 'no-cache' });
  return response.ok ? String((await response.json()).version ?? '') : '';
}

/**
 * @param {Client} client
 * @returns {HTMLElement} where the offer will be
 */
export function updateNotice({ connection }) {
  const place = h('div', { role: 'status' });
  let mine = '';
  let looked = 0;

  const look = async () => {
    looked = Date.now();
    const now = await servedVersion().catch(() => '');
    mine ||= now;
    if (now && now !== mine) offer();
  };
  const offer = () => {
    if (place.hasChildNodes()) return;
    place.append(h('div', { class: 'request update' }, h('p', {}, t('update.ready')),
      h('div', { class: 'row-actions' },
        button(t('update.load'), () => location.reload(), 'small primary'),
        button(t('update.later'), () => place.replaceChildren(), 'small'))));
  };

  void look();
  // A new version mostly comes with a restart of the service, and that cuts the connection.
  connection.on('ready', () => void look());
  document.addEventListener('visibilitychange', () => void (document.hidden || Date.now() - looked < PAUSE || look()));
  // A part of the page that was not needed so far may no longer fit the rest.
  window.addEventListener('unhandledrejection', ({ reason }) => void (/module/i.test(String(reason)) && look()));
  return place;
}
