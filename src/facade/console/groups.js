import { resource } from './resource.js';

await resource({
  path: '/api/group',
  one: 'group of users',
  columns: [
    ['Name', 'name'],
    ['Users', ({ user_ids: ids }) => String(ids.length)],
  ],
  filters: [['q', 'Search']],
  groups: [
    {
      name: 'Group',
      fields: [
        ['name', 'Name'],
        ['user_ids', 'Users', { of: '/api/user' }],
      ],
    },
  ],
});
