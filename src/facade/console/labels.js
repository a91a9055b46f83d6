import { swatch } from './format.js';
import { resource } from './resource.js';

await resource({
  path: '/api/label',
  one: 'label',
  columns: [
    ['Name', 'name'],
    ['Colour', ({ color }) => swatch(color)],
  ],
  filters: [['q', 'Search']],
  groups: [
    {
      name: 'Label',
      fields: [
        ['name', 'Name'],
        ['color', 'Colour'],
      ],
    },
  ],
});
