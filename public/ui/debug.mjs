// The console of `?debug`: what crosses the wire, without secrets, to look at and to copy into a report.

import { toast } from './dialogs.mjs';
import { t } from '../i18n/i18n.mjs';
import { Trace } from '../xmpp/trace.mjs';
import { button, h, perFrame } from './dom.mjs';

const SHOWN = 200;

/** @param {{ time: number, mark: string, text: string }} line */
const asText = ({ time, mark, text }) => `${new Date(time).toISOString().slice(11, 23)} ${mark} ${text}`;

export function startDebug() {
  const trace = new Trace(() => Date.now());
  const list = h('ol', { class: 'debug-lines', tabindex: '0', 'aria-label': t('debug.title') });
  const filter = h('input', { type: 'search', placeholder: t('debug.filter'), 'aria-label': t('debug.filter') });
  const said = h('input', { type: 'checkbox', id: 'debug-said', on: { change: () => (trace.said = said.checked) } });
  const matching = () => trace.lines.filter(({ text }) => text.toLowerCase().includes(filter.value.trim().toLowerCase()));
  const render = () => {
    if (!panel.open) return;
    const end = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    list.replaceChildren(...matching().slice(-SHOWN).map((line) => h('li', { class: line.mark === '>' ? 'out' : line.mark === '<' ? 'in' : 'state' }, asText(line))));
    if (end) list.scrollTop = list.scrollHeight;
  };
  const plan = perFrame(render);
  trace.on('line', plan);
  filter.addEventListener('input', plan);
  const copy = async () => {
    await navigator.clipboard.writeText(matching().map(asText).join('\n')).then(() => toast(t('debug.copied')), () => toast(t('debug.not-copied'), 'error'));
  };
  const panel = h('details', { class: 'debug' }, h('summary', {}, t('debug.title')),
    h('div', { class: 'debug-head' }, filter, h('span', { class: 'check' }, said, h('label', { for: 'debug-said' }, t('debug.said'))),
      button(t('debug.copy'), copy, 'small'), button(t('debug.clear'), () => { trace.lines.length = 0; render(); }, 'small')), list);
  panel.addEventListener('toggle', plan);
  document.body.append(h('aside', { 'aria-label': t('debug.title') }, panel));
  return trace;
}
