// The page's words. Texts live in one JSON file per language; plural forms and lists follow Intl.

const LANGUAGES = ['en'];

/** @type {Record<string, string | Record<string, string>>} */
let texts = {};
let language = 'en';
let plurals = new Intl.PluralRules('en');

/** @param {readonly string[]} wanted as navigator.languages has them @returns {string} one of ours */
export function pickLanguage(wanted) {
  for (const tag of wanted) {
    const lower = tag.toLowerCase();
    const found = LANGUAGES.find((own) => lower === own.toLowerCase() || lower.split('-')[0] === own.split('-')[0]);
    if (found) return found;
  }
  return 'en';
}

/** @param {string} name @param {typeof texts} table */
export function useTexts(name, table) {
  language = name;
  texts = table;
  plurals = new Intl.PluralRules(name);
}

/** The language in use, for Intl and `lang`. */
export const currentLanguage = () => language;

/** @param {string} key */
export const hasText = (key) => key in texts;

/**
 * The text of a key; `{name}` is replaced from `values`, and `values.count` picks the plural form.
 * @param {string} key @param {Record<string, string | number>} [values] @returns {string}
 */
export function t(key, values = {}) {
  const entry = texts[key];
  if (entry === undefined) return key;
  const text = typeof entry === 'string' ? entry : (entry[plurals.select(Number(values.count ?? 0))] ?? entry.other);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
