import { resource } from './resource.js';

const isFile = ({ kind }) => kind === 'file';

await resource({
  path: '/api/media',
  one: 'sound',
  columns: [
    ['Name', 'name'],
    ['Kind', 'kind'],
    ['File', 'path', { class: 'wide' }],
    ['Tone or stream', 'spec', { class: 'wide' }],
  ],
  filters: [['q', 'Search']],
  groups: [
    {
      name: 'Sound',
      fields: [
        ['name', 'Name'],
        ['kind', 'Kind', { first: 'file' }],
        ['path', 'File', { when: isFile }],
        ['spec', 'Tone or stream', { when: (sound) => !isFile(sound) }],
      ],
    },
  ],
});
