import { resource } from './resource.js';

const given = (permissions) => Object.keys(permissions).filter((name) => permissions[name]).join(', ') || '–';

await resource({
  path: '/api/pgroup',
  one: 'permission group',
  columns: [
    ['Name', 'name'],
    ['Permissions', ({ permissions }) => given(permissions)],
  ],
  filters: [['q', 'Search']],
  groups: [
    {
      name: 'Permission group',
      fields: [
        ['name', 'Name'],
        ['permissions', 'Permissions', { none: 'no' }],
      ],
    },
  ],
});
