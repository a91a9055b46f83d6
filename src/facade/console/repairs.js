import { byId } from '/assets/dom.js';
import { badge, time } from './format.js';
import { list } from './list.js';

await list({
  place: byId('content'),
  path: '/api/repair',
  caption: 'Repairs',
  every_ms: 5_000,
  nothing: 'Nothing had to be repaired.',
  columns: [
    ['When', ({ ts }) => time(ts)],
    ['What', 'kind'],
    ['Agent', 'user_id', { of: '/api/user', class: 'wide' }],
    ['Queue', 'queue_id', { of: '/api/cc_queue', class: 'wide' }],
    ['Seen', 'seen', { class: 'wide long' }],
    ['Done', ({ done }) => (done === null ? badge('nothing: see to it', 'lost') : done), { class: 'long' }],
  ],
  filters: [
    ['kind', 'What'],
    ['user_id', 'Agent', { of: '/api/user' }],
    ['queue_id', 'Queue', { of: '/api/cc_queue' }],
    ['from', 'Since'],
    ['to', 'Until'],
  ],
});
