import { resource } from './resource.js';

await resource({
  path: '/api/dial_rule',
  one: 'dial rule',
  columns: [
    ['Name', 'name'],
    ['Allowed', ({ allow }) => allow.join(', ') || 'any'],
    ['Refused', ({ deny }) => deny.join(', ') || '–'],
    ['Gateway', 'gateway', { class: 'wide' }],
  ],
  filters: [['q', 'Search']],
  groups: [
    {
      name: 'Dial rule',
      fields: [
        ['name', 'Name'],
        ['allow', 'Allowed'],
        ['deny', 'Refused'],
        ['gateway', 'Gateway'],
        ['strip', 'Strip'],
        ['prepend', 'Prepend'],
        ['caller_number', 'Number that is seen'],
        ['by_country', 'By country'],
      ],
    },
  ],
});
