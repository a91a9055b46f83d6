import { resource } from './resource.js';

await resource({
  path: '/api/voicemail',
  one: 'mailbox',
  secret: ['password', 'Password of the mailbox'],
  columns: [
    ['Name', 'name'],
    ['Number', 'number'],
    ['E-mail', 'email'],
  ],
  filters: [['q', 'Search']],
  groups: [
    {
      name: 'Mailbox',
      fields: [
        ['name', 'Name'],
        ['number', 'Number'],
        ['password', 'Password', { secret: true }],
        ['email', 'E-mail'],
      ],
    },
  ],
});
