// What was told to the account's address and to those of agents, and telling it again.

import { byId, el, table } from '/assets/dom.js';
import { attempted, call, get, parameters } from './api.js';
import { button, open, say } from './dialog.js';
import { form } from './form.js';
import { badge, facts, region, time } from './format.js';
import { list } from './list.js';

const EVERY_MS = 2_000;
const KINDS = { done: 'good', dead: 'lost', pending: 'rest', waiting: 'rest' };
const state = ({ state: word }) => badge(word, KINDS[word]);

const attempt = ({ attempt: place, ts, duration_ms: ms, status, success, error }) => ({
  cells: [String(place), time(ts), `${ms} ms`, status ?? '–', success ? badge('taken', 'good') : badge(error, 'lost')],
});

const HEADS = ['Attempt', 'When', 'Took', 'Status', 'Outcome'];
const details = (event, attempts) => [
  facts([
    ['Event', event.event],
    ['When', time(event.ts)],
    ['Delivery', state(event)],
    ['In order with', event.order_key],
    ['Next attempt', event.next_attempt && time(event.next_attempt)],
    ['Last error', event.last_error],
  ]),
  el('h3', {}, 'Attempts'),
  attempts.length ? region('Attempts', table('Attempts', HEADS, attempts.map(attempt))) : el('p', { class: 'none' }, 'There were none.'),
  el('h3', {}, 'What is sent'),
  el('pre', { tabindex: 0 }, JSON.stringify(event.data, null, 2)),
];

const show = (id) =>
  attempted(async () => {
    const path = `/api/event/${encodeURIComponent(id)}`;
    const [inside, refused] = [el('div'), el('p', { class: 'refused', role: 'alert' })];
    const look = async () => inside.replaceChildren(...details(...(await Promise.all([get(path), get(`${path}/attempts`)]))));
    const replay = async () => {
      await call('POST', `${path}/replay`, {});
      say('It is sent again.');
      await look();
      await lookAll();
    };
    const again = button('Send again', {}, () => {
      refused.textContent = '';
      return attempted(replay, (msg) => (refused.textContent = msg));
    });
    await look();
    const looking = setInterval(() => look().catch(() => undefined), EVERY_MS);
    const closed = () => {
      clearInterval(looking);
      history.replaceState(null, '', location.pathname + location.search);
    };
    open(id, [inside, refused, el('div', { class: 'buttons' }, again)], { closed });
  }, say);

const replayRange = async () => {
  const groups = [
    {
      fields: [
        ['from', 'From'],
        ['to', 'To'],
        ['state', 'Whose delivery stands', { none: 'any' }],
        ['event', 'Event'],
      ],
    },
  ];
  const fields = await form(await parameters('POST', '/api/event/replay'), groups);
  const send = async (event) => {
    event.preventDefault();
    const sent = await fields.attempt((range) => call('POST', '/api/event/replay', range));
    if (sent) {
      say(`${sent.data.replayed} events are sent again.`);
      close();
      lookAll();
    }
  };
  fields.element.append(el('div', { class: 'buttons' }, el('button', {}, 'Send again')));
  fields.element.addEventListener('submit', send);
  const { close } = open('Send events of some time again', fields.element);
};

const follow = () => location.hash.length > 1 && show(decodeURIComponent(location.hash.slice(1)));

const test = () =>
  attempted(async () => {
    const { data } = await call('POST', '/api/event/test', {});
    await lookAll();
    location.hash = data.id;
  }, say);

byId('actions').append(button('Send a range again', { class: 'quiet' }, replayRange), button('Send a test', {}, test));
const lookAll = await list({
  place: byId('content'),
  path: '/api/event',
  caption: 'Event deliveries',
  open: true,
  every_ms: EVERY_MS,
  nothing: 'Nothing was told yet.',
  columns: [
    ['Event', 'event'],
    ['When', ({ ts }) => time(ts)],
    ['Delivery', state],
    ['Attempts', 'attempts', { class: 'wide' }],
    ['In order with', 'order_key', { class: 'wide' }],
    ['Last error', 'last_error', { class: 'wide long' }],
  ],
  filters: [
    ['state', 'Delivery'],
    ['event', 'Event'],
    ['call_id', 'Call'],
    ['from', 'Since'],
    ['to', 'Until'],
  ],
});
addEventListener('hashchange', follow);
follow();
