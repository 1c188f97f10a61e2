// Times as people read them, in the page's language.

import { currentLanguage, t } from '../i18n/i18n.mjs';

const DAY = 86_400_000;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {string} name @param {Intl.DateTimeFormatOptions} options */
function format(name, options) {
  const key = `${currentLanguage()} ${name}`;
  const found = formats.get(key) ?? new Intl.DateTimeFormat(currentLanguage(), options);
  formats.set(key, found);
  return found;
}

/** @param {number} time */
const startOfDay = (time) => new Date(time).setHours(0, 0, 0, 0);

/** @param {number} time */
export const clockTime = (time) => format('time', { hour: '2-digit', minute: '2-digit' }).format(time);

/** @param {number} time */
export const fullTime = (time) => format('full', { dateStyle: 'full', timeStyle: 'medium' }).format(time);

/** @param {number} a @param {number} b */
export const sameDay = (a, b) => startOfDay(a) === startOfDay(b);

/**
 * Whole days between two times, by the calendar.
 * @param {number} time @param {number} now
 */
const daysAgo = (time, now) => Math.round((startOfDay(now) - startOfDay(time)) / DAY);

/**
 * A heading above the messages of one day.
 * @param {number} time @param {number} now
 */
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
