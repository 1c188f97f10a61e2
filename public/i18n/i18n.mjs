// The page's words and times. Texts live in one JSON file per language; plural forms and dates follow Intl.

const LANGUAGES = ['en', 'ru', 'zh-Hans'];
export const PSEUDO = 'x-pseudo';

/** @type {Record<string, string | Record<string, string>>} */
let texts = {};
/** With the person's region, for dates. */
let locale = 'en';
let plurals = new Intl.PluralRules('en');

/** @param {readonly string[]} wanted as navigator.languages has them @returns {string} one of ours */
export function pickLanguage(wanted) {
  for (const tag of wanted) {
    const lower = tag.toLowerCase();
    if (lower === PSEUDO) return PSEUDO;
    // Traditional Chinese readers are better served by what they wish for next.
    if (/^zh-(hant|tw|hk|mo)/.test(lower)) continue;
    const found = LANGUAGES.find((own) => lower.split('-')[0] === own.split('-')[0]);
    if (found) return found;
  }
  return 'en';
}

/**
 * @param {string} name @param {typeof texts} table
 * @param {readonly string[]} [wanted] as navigator.languages has them: the first of that language says how dates look
 */
export function useTexts(name, table, wanted = []) {
  locale = wanted.find((tag) => tag.toLowerCase().split('-')[0] === name.split('-')[0]) ?? name;
  texts = table;
  plurals = new Intl.PluralRules(name);
}

/**
 * English with accents, a third longer and in brackets: what is not translated, cut off or joined from pieces stands out.
 * @param {typeof texts} table @returns {typeof texts}
 */
export function pseudo(table) {
  const change = (/** @type {string} */ text) => {
    const accented = text.replace(/\{\w+\}|[aeiouyAEIOU]/g, (found) => (found.length > 1 ? found : `${found}\u0301`));
    return `[${accented}${'·'.repeat(Math.ceil(text.length / 3))}]`;
  };
  return Object.fromEntries(Object.entries(table).map(([key, entry]) =>
    [key, typeof entry === 'string' ? change(entry) : Object.fromEntries(Object.entries(entry).map(([form, text]) => [form, change(text)]))]));
}

/**
 * The text of a key; `{name}` is replaced from `values`, and `values.count` picks the plural form.
 * @param {string} key @param {Record<string, string | number>} [values] @param {string} [otherwise] key to use when there is no such text
 * @returns {string}
 */
export function t(key, values = {}, otherwise = key) {
  const entry = texts[key] ?? texts[otherwise];
  if (entry === undefined) return key;
  const text = typeof entry === 'string' ? entry : (entry[plurals.select(Number(values.count ?? 0))] ?? entry.other);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

const DAY = 86_400_000;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {string} name @param {Intl.DateTimeFormatOptions} options */
function format(name, options) {
  const key = `${locale} ${name}`;
  const found = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, found);
  return found;
}

/** @param {number} part of one */
export const percent = (part) => new Intl.NumberFormat(locale, { style: 'percent' }).format(part);

/** @param {number} time */
const startOfDay = (time) => new Date(time).setHours(0, 0, 0, 0);

/** @param {number} time */
export const clockTime = (time) => format('time', { hour: '2-digit', minute: '2-digit' }).format(time);

/** @param {number} time */
export const fullTime = (time) => format('full', { dateStyle: 'full', timeStyle: 'medium' }).format(time);

/** @param {number} a @param {number} b */
export const sameDay = (a, b) => startOfDay(a) === startOfDay(b);

/** @param {number} time @param {number} now */
const daysAgo = (time, now) => Math.round((startOfDay(now) - startOfDay(time)) / DAY);

/** @param {number} time @param {number} now */
export function dayName(time, now) {
  const days = daysAgo(time, now);
  if (days === 0) return t('time.today');
  if (days === 1) return t('time.yesterday');
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return sameYear
    ? format('day', { weekday: 'long', day: 'numeric', month: 'long' }).format(time)
    : format('day-year', { day: 'numeric', month: 'long', year: 'numeric' }).format(time);
}

/**
 * Short, for lists: a time, a weekday or a date.
 * @param {number} time @param {number} now
 */
export function shortTime(time, now) {
  const days = daysAgo(time, now);
  if (days <= 0) return clockTime(time);
  if (days < 7) return format('weekday', { weekday: 'short' }).format(time);
  return format('date', { day: 'numeric', month: 'short' }).format(time);
}
