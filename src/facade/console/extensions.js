import { names } from './api.js';
import { resource } from './resource.js';

const KINDS = [
  ['user', 'User', '/api/user'],
  ['queue', 'Queue', '/api/cc_queue'],
  ['device', 'Device', '/api/device'],
  ['voicemail', 'Mailbox', '/api/voicemail'],
];
const known = Object.fromEntries(await Promise.all(KINDS.map(async ([kind, , path]) => [kind, await names(path)])));

await resource({
  path: '/api/extension',
  one: 'extension',
  columns: [
    ['Number', 'number'],
    ['Name', 'name'],
    ['Leads to', ({ target, target_id: id }) => `${target} ${known[target].get(id) ?? `#${id}`}`],
    ['Kind', 'kind', { class: 'wide' }],
  ],
  filters: [['q', 'Search']],
  groups: [
    {
      name: 'Extension',
      fields: [
        ['number', 'Number'],
        ['name', 'Name'],
        ['kind', 'Kind', { first: 'internal' }],
        ['target', 'Leads to', { first: 'user' }],
        ...KINDS.map(([kind, label, of]) => {
          const isOf = ({ target }) => target === kind;
          const value = (record) => (isOf(record) ? record.target_id : undefined);
          return ['target_id', label, { of, value, when: isOf }];
        }),
      ],
    },
  ],
});
