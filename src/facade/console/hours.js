import { resource } from './resource.js';

await resource({
  path: '/api/time_group',
  one: 'time group',
  columns: [
    ['Name', 'name'],
    ['Time zone', ({ timezone }) => timezone ?? "the account's"],
    ['Rules', ({ rules }) => String(rules.length)],
    ['Exceptions', ({ exceptions }) => String(exceptions.length), { class: 'wide' }],
  ],
  filters: [['q', 'Search']],
  groups: [
    {
      name: 'Time group',
      fields: [
        ['name', 'Name'],
        ['timezone', 'Time zone', { zone: true }],
        ['rules', 'Rules'],
        ['exceptions', 'Exceptions'],
      ],
    },
  ],
});
