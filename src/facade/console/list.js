// A table of what a path lists, a page at a time, with its filters.
//
// A column is [heading, cell, how]: `cell` is a field's name, or gives of a row (and of names, see `of`) what is shown; `how` may have `class` (`wide` is left
// out in a narrow window) and `of`, a path whose names by id the cell is given. The first names its row, and opens it.

import { el, table } from '/assets/dom.js';
import { attempted, call, names, parameters, query } from './api.js';
import { control } from './control.js';
import { button } from './dialog.js';
import { count, region } from './format.js';

const PAGE_ROWS = 50;
const TYPED_MS = 250;

const filled = (value) => (value === null || value === undefined || value === '' ? '–' : value === true ? 'yes' : value === false ? '–' : String(value));

const row = (columns, named, open, key) => (record) => {
  const cells = columns.map(([, cell, how = {}], at) => {
    const shown = typeof cell === 'function' ? cell(record, named[at]) : how.of ? (named[at].get(record[cell]) ?? filled(record[cell])) : filled(record[cell]);
    const opener = () =>
      typeof open === 'function'
        ? button(shown, { class: 'link', 'data-key': record[key] }, () => open(record))
        : el('a', { href: `#${encodeURIComponent(record[key])}` }, shown);
    return { class: how.class, content: at === 0 && open ? opener() : shown };
  });
  return { cells };
};

const bar = async (path, filters, state, changed) => {
  if (filters.length === 0) {
    return undefined;
  }
  const known = await parameters('GET', path);
  const made = await Promise.all(
    filters.map(async ([name, label, how = {}]) => {
      const schema = { ...known[name], required: false };
      const value = state[name] === undefined ? undefined : how.of ? Number(state[name]) : state[name] === 'true' ? true : state[name] === 'false' ? false : state[name];
      const made = await control(schema, value, { none: 'any', ...how });
      if (made.element.type === 'text' && name !== 'q') {
        made.element.placeholder = schema.examples?.[0] ?? '';
      }
      return { name, label, ...made };
    }),
  );
  const element = el('form', { class: 'filters', role: 'search' }, made.map(({ label, element: inner }) => el('label', {}, el('span', {}, label), inner)));
  const told = () => changed(Object.fromEntries(made.map(({ name, read }) => [name, read() || (read() === false ? false : '')])));
  let typed;
  element.addEventListener('input', ({ target }) => {
    clearTimeout(typed);
    typed = setTimeout(told, target.matches('select') ? 0 : TYPED_MS);
  });
  element.addEventListener('submit', (event) => event.preventDefault());
  return element;
};

// Shows it at `place`. Without `open` rows are not opened; with `true` they are links to `#<key>`, and filters are kept in the page's address; a function is
// given the row. `every_ms` looks again. Gives a function that looks now.
export const list = async ({ place, path, caption, columns, filters = [], open, key = 'id', every_ms, nothing = 'There is nothing here yet.' }) => {
  const isPage = typeof open !== 'function' && filters.length > 0;
  let state = isPage ? Object.fromEntries(new URLSearchParams(location.search)) : {};
  const body = region(caption);
  const foot = el('div', { class: 'foot' });
  let asked = 0;
  let shown;

  const turn = (offset, text, isThere) => button(text, { class: 'quiet', disabled: !isThere }, () => ((state = { ...state, offset }), look()));
  const feet = (offset, shown, total) => {
    const range = total > PAGE_ROWS ? `${count(offset + 1)} to ${count(offset + shown)} of ${count(total)}` : `${count(total)} in all`;
    const pages = total > PAGE_ROWS ? [turn(Math.max(0, offset - PAGE_ROWS), 'Back', offset > 0), turn(offset + PAGE_ROWS, 'On', offset + shown < total)] : [];
    foot.replaceChildren(el('span', {}, range), ...pages);
  };
  const show = (rows, named) => {
    // What is the same stays: who is about to click on it, or has marked some of it, is not disturbed.
    const now = JSON.stringify([rows, named.map((known) => known && [...known])]);
    if (now === shown) {
      return;
    }
    shown = now;
    const focus = body.contains(document.activeElement) && (document.activeElement.getAttribute('href') ?? document.activeElement.dataset.key);
    const heads = columns.map(([heading, , how = {}]) => ({ class: how.class, content: heading }));
    body.replaceChildren(rows.length ? table(caption, heads, rows.map(row(columns, named, open, key))) : el('p', { class: 'none' }, nothing));
    if (focus) {
      [...body.querySelectorAll('a, button')].find((one) => one.getAttribute('href') === focus || one.dataset.key === focus)?.focus();
    }
  };
  const ask = async () => {
    asked += 1;
    const mine = asked;
    const offset = Number(state.offset ?? 0);
    const [{ data, total }, ...named] = await Promise.all([
      call('GET', path + query({ ...state, limit: PAGE_ROWS, offset: offset || '' })),
      ...columns.map(([, , how = {}]) => how.of && names(how.of)),
    ]);
    if (mine === asked) {
      show(data, named);
      feet(offset, data.length, total ?? data.length);
    }
  };
  const look = () =>
    attempted(ask, (msg) => {
      shown = undefined;
      body.replaceChildren(el('p', { class: 'refused', role: 'alert' }, msg));
      foot.replaceChildren();
    });
  const changed = (filter) => {
    state = filter;
    if (isPage) {
      history.replaceState(null, '', location.pathname + query(state) + location.hash);
    }
    look();
  };
  const filter = await bar(path, filters, state, changed);
  place.replaceChildren(...[filter, body, foot].filter(Boolean));
  await look();
  if (every_ms) {
    const again = () => place.isConnected && setTimeout(async () => (document.hidden || (await look()), again()), every_ms);
    again();
  }
  return look;
};
