// Cells.

import { el } from '/assets/dom.js';

const two = (number) => String(number).padStart(2, '0');

// Of seconds since the epoch, in the reader's time zone; of today without the date.
export const time = (epoch) => {
  if (epoch === null || epoch === undefined) {
    return '–';
  }
  const at = new Date(epoch * 1000);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const hour = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const isToday = at.toDateString() === new Date().toDateString();
  return el('time', { datetime: at.toISOString(), title: `${date} ${hour}` }, isToday ? hour : `${date} ${hour}`);
};

// Of milliseconds, as 1:05.
export const length = (ms) => {
  if (ms === null || ms === undefined) {
    return '–';
  }
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
};

export const yes = (is) => (is ? 'yes' : '–');

// A state: always the word, and a colour by its kind (good, late, lost, rest).
export const badge = (word, kind) => el('span', { class: `badge ${kind ?? ''}` }, word);

export const swatch = (color) => {
  const shown = el('span', { class: 'swatch' });
  shown.style.setProperty('background-color', color);
  return color ? el('span', {}, shown, color) : '–';
};

// Names and values, of which those that say nothing are left out.
export const facts = (rows) => {
  const said = rows.filter(([, value]) => value !== undefined && value !== null && value !== '');
  return el('dl', { class: 'facts' }, said.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
};

// What may be wider than its place, and is scrolled then, by keyboard too.
export const region = (label, ...content) => el('div', { class: 'table', tabindex: 0, role: 'region', 'aria-label': label }, ...content);

export const count = (number) => number.toLocaleString('en');
