// Shows what the server says: all of it, each time.

import { byId, el, table } from '/assets/dom.js';
import { chart, spoken } from './chart.js';
import { colours } from './colour.js';
import { length, tick } from './time.js';

// What agents do, the most urgent first.
const STATES = [
  ['ringing', 'Ringing'],
  ['in_call', 'In a call'],
  ['wrap_up', 'Wrap-up'],
  ['ready', 'Ready'],
  ['unreachable', 'Unreachable'],
  ['paused', 'Paused'],
  ['offline', 'Offline'],
];
const WORDS = Object.fromEntries(STATES);
const ORDER = Object.fromEntries(STATES.map(([state], at) => [state, at]));

const percent = (part) => (part === null ? '–' : `${Math.floor(part * 100)} %`);
const since = (ms, lateMs) => (ms === null ? '–' : el('span', { class: 'time', 'data-since': ms, 'data-late-ms': lateMs }));
const duration = (ms) => (ms === null ? '–' : length(ms));

const tile = (name, value, note) =>
  el('dl', { class: 'tile', id: `tile-${name.toLowerCase().replaceAll(' ', '-')}` }, el('dt', {}, name), el('dd', { class: 'value' }, value), note && el('dd', { class: 'note' }, note));

const late = (queues, id) => {
  const seconds = queues.find((queue) => queue.id === id)?.sla_answer_time;
  return seconds ? seconds * 1000 : undefined;
};

const tiles = ({ waiting, queues, today }) => {
  const [first] = waiting;
  return [
    tile('Waiting', String(queues.reduce((sum, queue) => sum + queue.waiting, 0)), 'now'),
    tile('Longest wait', first ? since(first.since_ms, late(queues, first.queue_id)) : '–', `today ${duration(today.wait_max_ms)}`),
    tile('Service level', percent(today.service_level), 'today'),
    tile('Answered', String(today.answered), `of ${today.offered} today`),
    tile('Abandoned', String(today.abandoned), 'today'),
    tile('Average wait', duration(today.wait_avg_ms), 'today'),
  ];
};

const swatch = (queue) => {
  const name = el('a', { class: 'queue', href: `/tv/${queue.id}` }, queue.title);
  const own = colours(queue);
  if (own) {
    name.style.setProperty('background-color', own.ground);
    name.style.setProperty('color', own.ink);
  }
  return name;
};

const number = (content) => ({ class: 'number', content });

const queueRows = (queues) =>
  queues.map((queue) => ({
    cells: [
      swatch(queue),
      { class: queue.waiting > 0 ? 'number some' : 'number', content: String(queue.waiting) },
      number(since(queue.waiting_since_ms, late([queue], queue.id))),
      number(String(queue.ready)),
      number(percent(queue.today.service_level)),
      number(String(queue.today.answered)),
      number(String(queue.today.abandoned)),
    ],
  }));
const QUEUE_COLUMNS = ['Queue', ...['Waiting', 'Longest', 'Ready', 'Level', 'Answered', 'Abandoned'].map(number)];

const callerRows = ({ waiting, queues }, alone) =>
  waiting.map(({ name, number: from, queue_id: id, since_ms: ms }) => ({
    cells: [name ?? from ?? 'Unknown', ...(alone ? [] : [queues.find((queue) => queue.id === id)?.title ?? '']), number(since(ms, late(queues, id)))],
  }));

const agentRows = (agents) =>
  agents
    .toSorted((one, other) => ORDER[one.state] - ORDER[other.state] || (one.since_ms ?? 0) - (other.since_ms ?? 0))
    .map(({ name, state, reason, since_ms: from, until_ms: until }) => ({
      class: state,
      cells: [
        name,
        { class: 'state', content: reason ? `${WORDS[state]}: ${reason}` : WORDS[state] },
        number(until ? el('span', {}, el('span', { class: 'time', 'data-until': until }), ' left') : since(from)),
      ],
    }));

const counts = (agents) =>
  STATES.map(([state, word]) => [state, word, agents.filter((agent) => agent.state === state).length])
    .filter(([, , count]) => count > 0)
    .map(([state, word, count]) => el('span', { class: `count ${state}` }, el('b', {}, String(count)), ` ${word.toLowerCase()}`));

// The rows that fit into a panel, in as many tables beside one another as its width takes; those that do not are counted. Where the page may be scrolled
// all are shown.
const fill = (panel, heading, columns, rows, { widest = 1, more = [], nobody }) => {
  const title = el('h2', {}, heading);
  const tables = el('div', { class: 'tables' });
  panel.replaceChildren(title, ...more, tables);
  if (rows.length === 0 && nobody) {
    tables.append(el('p', { class: 'nobody' }, nobody));
    return;
  }
  tables.append(table(heading, columns, rows));
  const body = tables.querySelector('tbody');
  const room = getComputedStyle(panel).overflowY === 'hidden' ? tables.clientHeight - body.offsetTop : Infinity;
  const fits = Math.max(1, Math.floor(room / (body.offsetHeight / Math.max(rows.length, 1) || 1)));
  const beside = Math.min(widest, Math.ceil(rows.length / fits), Math.max(1, Math.floor(panel.clientWidth / (20 * parseFloat(getComputedStyle(panel).fontSize)))));
  if (rows.length <= fits) {
    return;
  }
  const shown = rows.length > fits * beside ? fits * beside - 1 : rows.length;
  const each = Math.ceil((shown + (shown < rows.length ? 1 : 0)) / beside);
  tables.replaceChildren(
    ...Array.from({ length: beside }, (_, at) => rows.slice(at * each, Math.min((at + 1) * each, shown)))
      .filter((part) => part.length > 0)
      .map((part, at) => table(at === 0 ? heading : `${heading}, continued`, columns, part)),
  );
  if (shown < rows.length) {
    tables.lastChild.after(el('p', { class: 'rest' }, `and ${rows.length - shown} more`));
  }
};

// What is said to those who listen.
const inWords = ({ queues, agents }) => {
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  const ready = agents.filter((agent) => agent.state === 'ready').length;
  return `${waiting} waiting, ${ready} of ${agents.length} agents ready.`;
};

const head = (wall, alone) => {
  const title = alone ? wall.queues[0].title : 'All queues';
  byId('title').textContent = title;
  document.title = `${title} · wallboard`;
  const own = alone && colours(wall.queues[0]);
  byId('head').classList.toggle('own', Boolean(own));
  if (own) {
    byId('head').style.setProperty('--own-ground', own.ground);
    byId('head').style.setProperty('--own-ink', own.ink);
  }
};

export const show = (wall, alone) => {
  head(wall, alone);
  document.body.classList.toggle('alone', alone);
  byId('away').hidden = wall.switch_connected;
  byId('tiles').replaceChildren(...tiles(wall));
  if (!alone) {
    fill(byId('queues'), 'Queues', QUEUE_COLUMNS, queueRows(wall.queues), { nobody: 'There are no queues.' });
  }
  byId('queues').hidden = alone;
  const columns = ['Caller', ...(alone ? [] : ['Queue']), number('Wait')];
  fill(byId('waiting'), 'Waiting callers', columns, callerRows(wall, alone), { nobody: 'Nobody waits.' });
  const more = [el('p', { class: 'counts' }, counts(wall.agents))];
  fill(byId('agents'), 'Agents', ['Agent', 'State', number('Time')], agentRows(wall.agents), { widest: 3, more, nobody: 'There are no agents.' });
  const legend = el('p', { class: 'legend' }, el('span', { class: 'offered' }, 'Offered'), el('span', { class: 'answered' }, 'Answered'));
  byId('hours').replaceChildren(el('h2', {}, 'The last hours'), legend, el('figure', {}, chart(wall.hours), el('div', { class: 'heard' }, spoken(wall.hours))));
  tick(document);
  return inWords(wall);
};
