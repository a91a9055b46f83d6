// Rows of memberships, [id, mode, position, level, time group]: of a queue (`side` is where its users are) and of a user (its queues).

import { el } from '/assets/dom.js';
import { names } from './api.js';
import { select } from './control.js';
import { button } from './dialog.js';

const MODES = [
  [0, '0 off'],
  [1, '1 joins and leaves'],
  [2, '2 by a supervisor'],
  [3, '3 joined at check-in'],
  [4, '4 always'],
];

const place = (value, label) => el('input', { type: 'number', min: 1, max: 1000, value: value ?? 1, 'aria-label': label });

// A row as it is read is longer on a queue's side.
const cells = (row) => {
  const [id, mode, position, level, name, group, joined] = row;
  return row.length > 5 ? { id, mode, position, level, group, name, joined } : { id, mode, position, level, group: row[4] };
};

export const members = async (side, rows) => {
  const what = side === '/api/cc_queue' ? 'Queue' : 'Agent';
  const [whom, hours] = await Promise.all([names(side), names('/api/time_group')]);
  const lines = [];
  const body = el('tbody');
  const none = el('p', { class: 'none' }, 'There are none yet.');
  const look = () => (none.hidden = lines.length > 0);
  const add = ({ id, mode = 3, position, level, group, name: known, joined }) => {
    const labelled = (control, label) => (control.element.setAttribute('aria-label', label), control);
    const name = known ?? whom.get(id) ?? `#${id}`;
    const modes = labelled(select(MODES, mode), `Mode of ${name}`);
    const groups = labelled(select([[null, 'always'], ...hours], group ?? null), `Hours of ${name}`);
    const [at, on] = [place(position, `Position of ${name}`), place(level, `Level of ${name}`)];
    const line = { id, read: () => [id, modes.read(), Number(at.value), Number(on.value), groups.read()] };
    const drop = button('×', { class: 'close', 'aria-label': `Take out ${name}` }, () => {
      lines.splice(lines.indexOf(line), 1);
      line.element.remove();
      look();
      chosen.focus();
    });
    const head = el('th', { scope: 'row' }, name, joined ? el('span', { class: 'badge good' }, 'joined') : undefined);
    const cell = (label, control) => el('td', { 'data-label': label }, control);
    line.element = el('tr', {}, head, cell('Mode', modes.element), cell('Position', at), cell('Level', on), cell('Hours', groups.element), el('td', {}, drop));
    lines.push(line);
    body.append(line.element);
    look();
  };
  (rows ?? []).map(cells).forEach(add);
  look();
  const options = [...whom].toSorted(([, one], [, other]) => one.localeCompare(other));
  const chosen = el('select', { 'aria-label': what, class: 'add' }, options.map(([id, name]) => el('option', { value: id }, name)));
  const adding = button('Add', { class: 'quiet add' }, () => {
    const id = Number(chosen.value);
    if (id && !lines.some((line) => line.id === id)) {
      add({ id });
    }
  });
  const head = [what, 'Mode', 'Position', 'Level', 'Hours'].map((name) => el('th', { scope: 'col' }, name));
  const table = el('table', { class: 'members' }, el('thead', {}, el('tr', {}, head, el('td'))), body);
  return { element: el('div', {}, table, none, el('div', { class: 'row' }, chosen, adding)), isGroup: true, read: () => lines.map((line) => line.read()) };
};
