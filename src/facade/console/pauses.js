import { swatch, yes } from './format.js';
import { resource } from './resource.js';

await resource({
  path: '/api/pause',
  one: 'pause',
  keeps: ({ system }) => (system ? 'ccgate gives this pause: it cannot be deleted.' : undefined),
  columns: [
    ['Name', 'name'],
    ['Colour', ({ color }) => swatch(color)],
    ['At most, s', ({ max_seconds: most }) => most || '–'],
    ['Paid', ({ paid }) => yes(paid), { class: 'wide' }],
    ['Default', ({ default: is }) => yes(is), { class: 'wide' }],
    ['Given by ccgate', ({ system }) => yes(system), { class: 'wide' }],
  ],
  filters: [['q', 'Search']],
  groups: [
    {
      name: 'Pause',
      fields: [
        ['name', 'Name'],
        ['color', 'Colour'],
        ['max_seconds', 'At most'],
        ['paid', 'Paid'],
        ['default', 'Default'],
      ],
    },
  ],
});
