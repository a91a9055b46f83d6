import { resource } from './resource.js';

await resource({
  path: '/api/site',
  one: 'site',
  columns: [
    ['Name', 'name'],
  ],
  filters: [['q', 'Search']],
  groups: [
    {
      name: 'Site',
      fields: [
        ['name', 'Name'],
      ],
    },
  ],
});
