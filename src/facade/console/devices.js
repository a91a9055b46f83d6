import { badge, time } from './format.js';
import { resource } from './resource.js';

const isSip = ({ type }) => type === 'sip';
const isOutside = ({ type }) => type === 'external';
const registered = ({ registered: is }) => (is === null ? '–' : is ? badge('registered', 'good') : badge('not registered', 'lost'));

await resource({
  path: '/api/device',
  one: 'device',
  every_ms: 5_000,
  secret: ['password', 'SIP password'],
  columns: [
    ['Name', 'name'],
    ['Number', ({ username, number }) => username ?? number],
    ['Type', 'type', { class: 'wide' }],
    ['Registration', registered],
    ['Reachable since', ({ reachable_since: at }) => time(at), { class: 'wide' }],
    ['Owner', 'user_id', { of: '/api/user', class: 'wide' }],
    ['Agent at it', 'agent_id', { of: '/api/user', class: 'wide' }],
  ],
  filters: [
    ['q', 'Search'],
    ['user_id', 'Owner', { of: '/api/user' }],
  ],
  groups: [
    {
      name: 'General',
      fields: [
        ['name', 'Name'],
        ['type', 'Type', { first: 'sip' }],
        ['username', 'SIP user', { when: isSip }],
        ['password', 'SIP password', { when: isSip, secret: true }],
        ['number', 'Number', { when: isOutside }],
        ['gateway', 'Gateway', { when: isOutside }],
        ['confirm', 'Press 1', { when: isOutside }],
        ['user_id', 'Owner', { of: '/api/user' }],
        ['ring', 'Place in the order'],
        ['delay', 'Delay'],
        ['timeout', 'Timeout'],
      ],
    },
  ],
});
