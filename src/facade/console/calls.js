// Calls that are up, those that were, and what was recorded of them.

import { byId, el, table } from '/assets/dom.js';
import { attempted, call, file, get, names } from './api.js';
import { button, confirm, open, say } from './dialog.js';
import { badge, facts, length, region, time } from './format.js';
import { list } from './list.js';

const UP_EVERY_MS = 2_000;
const path = (leg) => `/api/cdr/${encodeURIComponent(leg)}`;

// Fetched and not linked: the browser would send the cookie without the header that it needs.
const recording = (leg) => {
  const place = el('div', { class: 'recording' });
  const at = `/api/cdr/recordings/${encodeURIComponent(leg)}`;
  const attempt = (act) => () => attempted(act, (msg) => place.replaceChildren(el('p', { class: 'refused', role: 'alert' }, msg)));
  const hear = attempt(async () => {
    const sound = await file(at);
    const url = URL.createObjectURL(sound);
    const player = el('audio', { controls: true, src: url, 'aria-label': 'Recording' });
    const ending = sound.type === 'audio/mpeg' ? 'mp3' : 'wav';
    place.replaceChildren(player, el('div', { class: 'row' }, el('a', { href: url, download: `${leg}.${ending}` }, 'Keep it'), drop));
    await player.play().catch(() => undefined);
  });
  const drop = button(
    'Delete the recording',
    { class: 'danger quiet' },
    attempt(async () => {
      if (await confirm('Delete the recording?', 'The file will be gone. What is known of the call stays.', 'Delete')) {
        await call('DELETE', at);
        place.replaceChildren(el('p', { role: 'status' }, 'The recording was deleted.'));
        await lookAgain();
      }
    }),
  );
  place.append(el('div', { class: 'row' }, button('Hear it', {}, hear), drop));
  return place;
};

const stays = async (rows) => {
  const [queues, users] = await Promise.all([names('/api/cc_queue'), names('/api/user')]);
  const row = ({ queue_id: queue, joined_at: from, left_at: to, outcome, agent_id: agent }) => ({
    cells: [queues.get(queue) ?? `#${queue}`, time(from), time(to), outcome ?? '–', agent ? (users.get(agent) ?? `#${agent}`) : '–'],
  });
  return table('Queues', ['Queue', 'Joined', 'Left', 'Outcome', 'Agent'], rows.map(row));
};

const details = async (leg) => {
  const [it, users] = await Promise.all([get(path(leg)), names('/api/user')]);
  const known = facts([
    ['Type', it.type],
    ['Direction', it.direction],
    ['From', [...new Set([it.cid_name, it.cid_num].filter(Boolean))].join(' ')],
    ['To', it.dst_num],
    ['Agent', it.user_id && (users.get(it.user_id) ?? `#${it.user_id}`)],
    ['Began', time(it.started_at)],
    ['Rang', it.rang_at && time(it.rang_at)],
    ['Answered', it.answered_at && time(it.answered_at)],
    ['Ended', it.ended_at && time(it.ended_at)],
    ['Talked', it.billms === undefined ? undefined : length(it.billms)],
    ['Cause', it.hangup_cause],
    ['Lead', [it.lead_name, it.lead_id].filter(Boolean).join(' ')],
    ['Tags', it.tags],
    ['Call', el('code', {}, it.call_id)],
    ['Leg', el('code', {}, it.uuid)],
  ]);
  const queues = it.stays.length ? [el('h3', {}, 'Queues'), region('Queues', await stays(it.stays))] : [];
  return [known, ...queues, ...(it.recording ? [el('h3', {}, 'Recording'), recording(leg)] : [])];
};

const show = (leg) => {
  const closed = () => history.replaceState(null, '', location.pathname + location.search);
  return attempted(async () => open('A leg of a call', await details(leg), { closed }), say);
};

const up = region('Calls that are up');
const askUp = async () => {
  const [rows, queues] = await Promise.all([get('/api/cc_agent/active_calls'), names('/api/cc_queue')]);
  const row = ({ cid_num: from, dst_num: to, type, state, queue_id: queue, ts }) => ({
    cells: [
      from ?? '–',
      { class: 'wide', content: to ?? '–' },
      badge(state),
      { class: 'wide', content: type ?? '–' },
      queues.get(queue) ?? '–',
      { class: 'wide', content: time(ts) },
    ],
  });
  const heads = ['From', { class: 'wide', content: 'To' }, 'State', { class: 'wide', content: 'Type' }, 'Queue', { class: 'wide', content: 'Since' }];
  up.replaceChildren(rows.length ? table('Calls that are up', heads, rows.map(row)) : el('p', { class: 'none' }, 'No call is up.'));
};
const lookUp = () => attempted(askUp, (msg) => up.replaceChildren(el('p', { class: 'refused' }, msg)));

const place = el('div');
byId('content').replaceChildren(el('h2', {}, 'Now'), up, el('h2', {}, 'Before'), place);
await lookUp();
setInterval(() => document.hidden || lookUp(), UP_EVERY_MS);
const lookAgain = await list({
  place,
  path: '/api/cdr',
  caption: 'Calls that were',
  open: true,
  key: 'uuid',
  nothing: 'There were no such calls.',
  columns: [
    ['Began', ({ started_at: at }) => time(at)],
    ['From', 'cid_num'],
    ['To', 'dst_num'],
    ['Type', 'type', { class: 'wide' }],
    ['Queue', 'queue_id', { of: '/api/cc_queue', class: 'wide' }],
    ['Agent', 'user_id', { of: '/api/user', class: 'wide' }],
    ['Talked', ({ billms }) => length(billms), { class: 'wide' }],
    ['Ended', 'hangup_cause', { class: 'wide' }],
    ['Recorded', 'recording', { class: 'wide' }],
  ],
  filters: [
    ['number', 'Number'],
    ['type', 'Type'],
    ['answered', 'Answered'],
    ['user_id', 'Agent', { of: '/api/user' }],
    ['queue_id', 'Queue', { of: '/api/cc_queue' }],
    ['from', 'Since'],
    ['to', 'Until'],
  ],
});
const follow = () => location.hash.length > 1 && show(decodeURIComponent(location.hash.slice(1)));
addEventListener('hashchange', follow);
follow();
