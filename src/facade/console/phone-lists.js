import { el } from '/assets/dom.js';
import { count } from './format.js';
import { imports } from './import.js';
import { resource } from './resource.js';

const leads = ({ id }) => {
  const [place, actions] = [el('div'), el('div', { class: 'actions' })];
  const about = {
    place,
    actions,
    path: `/api/phone_list/${id}/lead`,
    described: '/api/phone_list/{id}/lead',
    one: 'lead',
    key: 'phone',
    caption: 'Leads',
    columns: [
      ['Phone', 'phone'],
      ['Name', 'name'],
      ['Priority', 'priority', { class: 'wide' }],
      ['Lead id', 'lead_id', { class: 'wide' }],
      ['Tags', 'tags', { class: 'wide' }],
    ],
    groups: [
      {
        name: 'Lead',
        fields: [
          ['phone', 'Phone'],
          ['name', 'Name'],
          ['lead_id', 'Lead id'],
          ['priority', 'Priority'],
          ['tags', 'Tags'],
          ['ext_api_vars', 'Variables'],
        ],
      },
    ],
  };
  let shown;
  return { more: el('div', {}, actions, place), shown: () => (shown ??= resource(about)) };
};

await resource({
  path: '/api/phone_list',
  one: 'phone list',
  columns: [
    ['Name', 'name'],
    ['Leads', ({ list_rows: rows }) => count(rows)],
    ['Id', 'id', { class: 'wide' }],
  ],
  filters: [['q', 'Search']],
  groups: [
    { name: 'List', fields: [['name', 'Name']] },
    { name: 'Leads', part: leads },
    { name: 'Import', part: imports },
  ],
});
