// The queues, and the callers who wait, the longest first.

import { byId, el, table } from '/assets/dom.js';
import { colours } from './colour.js';
import { fill } from './fit.js';
import { since } from './time.js';

const ROW = { high: 1.75, head: 1.5, most: 1.9, least: 1.05 };
// Where not all are shown, those in which callers wait are.
const QUEUES = { ...ROW, wide: 23, nobody: 'There are no queues.', urgency: (queue) => queue.waiting_since_ms ?? Number.MAX_VALUE };
const WAITING = { ...ROW, nobody: 'Nobody waits.' };
const QUEUE_COLUMNS = ['Waiting', 'Longest', 'Ready', 'Level', 'Answered', 'Abandoned'];

export const percent = (part) => (part === null ? '–' : `${Math.floor(part * 100)}%`);

// When a wait in the queue is too long; none where nobody says.
export const lateMs = (queues, id) => {
  const seconds = queues.find((queue) => queue.id === id)?.sla_answer_time;
  return seconds ? seconds * 1000 : undefined;
};

const number = (content) => ({ class: 'number', content });

const link = (queue) => {
  const name = el('a', { class: 'queue', href: `/tv/${queue.id}` }, queue.title);
  const own = colours(queue);
  if (own) {
    name.style.setProperty('background-color', own.ground);
    name.style.setProperty('color', own.ink);
  }
  return name;
};

const queueRow = (queue) => {
  const { waiting, waiting_since_ms: first, ready, today } = queue;
  const cells = [String(waiting), since(first, lateMs([queue], queue.id)), String(ready), percent(today.service_level), String(today.answered), String(today.abandoned)];
  return { class: waiting > 0 ? 'busy' : undefined, cells: [link(queue), ...cells.map(number)] };
};

export const showQueues = (queues) =>
  fill(byId('queues'), queues, QUEUES, (shown) => table('Queues', ['Queue', ...QUEUE_COLUMNS.map(number)], shown.map(queueRow)));

export const showWaiting = ({ waiting, queues }, alone) => {
  const title = (id) => queues.find((queue) => queue.id === id)?.title ?? '';
  const row = ({ name, number: from, queue_id: id, since_ms: ms }) => ({
    cells: [name ?? from ?? 'Unknown', ...(alone ? [] : [title(id)]), number(since(ms, lateMs(queues, id)))],
  });
  const columns = ['Caller', ...(alone ? [] : ['Queue']), number('Wait')];
  fill(byId('waiting'), waiting, { ...WAITING, wide: alone ? 12 : 18 }, (shown) => table('Waiting callers', columns, shown.map(row)));
};
