// Shows what the server says: all of it, each time; but what is the same as before is left as it is, so that a reader's place is not lost.

import { byId, el } from '/assets/dom.js';
import { showAgents } from './agents.js';
import { chart, spoken } from './chart.js';
import { colours } from './colour.js';
import { lateMs, percent, showQueues, showWaiting } from './rows.js';
import { duration, since, tick } from './time.js';

const shown = new Map();

// Calls `build` when this part is another than the last time.
const anew = (id, part, build) => {
  const text = JSON.stringify([part, innerWidth, innerHeight]);
  if (shown.get(id) === text) {
    return;
  }
  shown.set(id, text);
  const focused = byId(id).contains(document.activeElement) && document.activeElement.getAttribute('href');
  build();
  tick(byId(id));
  if (focused) {
    byId(id).querySelector(`[href="${focused}"]`)?.focus();
  }
};

const tile = (name, value, note) =>
  el('dl', { class: 'tile', id: `tile-${name.toLowerCase().replaceAll(' ', '-')}` }, el('dt', {}, name), el('dd', { class: 'value' }, value), el('dd', { class: 'note' }, note));

const showTiles = ({ waiting, queues, today }) => {
  const [first] = waiting;
  const now = first?.since_ms ?? null;
  const { offered, answered, abandoned, service_level: level, wait_avg_ms: average, wait_max_ms: longest } = today;
  byId('tiles').replaceChildren(
    tile('Waiting', String(queues.reduce((sum, queue) => sum + queue.waiting, 0)), 'now'),
    tile('Longest wait', since(now, first && lateMs(queues, first.queue_id)), ['today ', now === null ? duration(longest) : since(now, undefined, longest)]),
    tile('Service level', percent(level), 'today'),
    tile('Answered', String(answered), `of ${offered} today`),
    tile('Abandoned', String(abandoned), 'today'),
    tile('Average wait', duration(average), 'today'),
  );
};

const showHours = (hours) => {
  const figure = byId('hours').querySelector('figure');
  figure.replaceChildren(chart(hours, figure), el('div', { class: 'heard' }, spoken(hours)));
};

const showHead = ([queue], alone) => {
  const title = alone ? queue.title : 'All queues';
  byId('title').textContent = title;
  document.title = `${title} · wallboard`;
  const own = alone && colours(queue);
  byId('head').classList.toggle('own', Boolean(own));
  if (own) {
    byId('head').style.setProperty('--own-ground', own.ground);
    byId('head').style.setProperty('--own-ink', own.ink);
  }
};

// What is said to those who listen.
const inWords = ({ queues, agents }) => {
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  const ready = agents.filter((agent) => agent.state === 'ready').length;
  return `${waiting} waiting, ${ready} of ${agents.length} agents ready.`;
};

export const show = (wall, alone) => {
  const { queues, waiting, agents, today, hours, switch_connected: connected } = wall;
  document.body.classList.toggle('alone', alone);
  const high = Math.min(0.4 + 0.15 * queues.length, 1.4);
  byId('board').style.setProperty('--queues', `${high}fr`);
  byId('board').style.setProperty('--between', `${1.5 - high}fr`);
  byId('back').hidden = !alone;
  byId('queues').hidden = alone;
  byId('away').hidden = connected;
  anew('head', [queues[0], alone], () => showHead(queues, alone));
  anew('tiles', [waiting[0], queues, today, connected], () => showTiles(wall));
  if (!alone) {
    anew('queues', [queues, connected], () => showQueues(queues));
  }
  anew('waiting', [waiting, queues, connected], () => showWaiting(wall, alone));
  anew('agents', [agents, queues.length, connected], () => showAgents(agents));
  anew('hours', [hours, queues.length, connected], () => showHours(hours));
  return inWords(wall);
};
