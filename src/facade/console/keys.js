// The API keys of a user: made, shown once, revoked.

import { el, table } from '/assets/dom.js';
import { attempted, call, get } from './api.js';
import { button, confirm, once, say } from './dialog.js';
import { time } from './format.js';

export const keys = (user) => {
  const path = `/api/user/${user}/key`;
  const [rows, shown] = [el('div', { class: 'table' }), el('div')];
  const refused = el('p', { class: 'refused', role: 'alert' });
  const attempt = (act) => {
    refused.textContent = '';
    return attempted(act, (msg) => (refused.textContent = msg));
  };
  const revoke = async ({ id, name, prefix }) => {
    if (await confirm('Revoke the key?', `Who uses ${name ?? prefix} is refused from now on.`, 'Revoke')) {
      await attempt(async () => {
        await call('DELETE', `${path}/${id}`);
        say('Revoked.');
        shown.replaceChildren();
        await look();
      });
    }
  };
  const row = (key) => {
    const end = button('Revoke', { class: 'quiet danger', 'aria-label': `Revoke ${key.name ?? key.prefix}` }, () => revoke(key));
    return { cells: [key.name ?? '–', el('code', {}, `${key.prefix}…`), { class: 'wide', content: time(key.ts) }, time(key.last_use), end] };
  };
  const look = () =>
    attempt(async () => {
      const data = await get(path);
      const heads = ['Key', 'Begins with', { class: 'wide', content: 'Made' }, 'Last use', el('span', { class: 'heard' }, 'Revoke')];
      rows.replaceChildren(data.length ? table('API keys', heads, data.map(row)) : el('p', { class: 'none' }, 'There are no keys yet.'));
    });
  // Within the user's form, but no part of it.
  const name = el('input', { type: 'text', 'aria-label': 'Name of the new key', placeholder: 'What it is for: CRM', autocomplete: 'off' });
  const make = () =>
    attempt(async () => {
      const { data } = await call('POST', path, name.value ? { name: name.value } : {});
      shown.replaceChildren(once(`API key ${data.name ?? ''}`, data.key));
      name.value = '';
      await look();
    });
  name.addEventListener('keydown', (event) => event.key === 'Enter' && (event.preventDefault(), make()));
  look();
  const about = 'A key goes into the header X-Api-Key, or the parameter api_key. It needs the permission cc_api, and those of what it does.';
  const making = el('div', { class: 'row' }, name, button('Make a key', {}, make));
  return el('section', { class: 'keys' }, el('h3', {}, 'API keys'), el('p', { class: 'hint' }, about), rows, making, shown, refused);
};
