// A page of what the API lists, makes, changes and deletes at one path: all of what most pages do.

import { byId, el } from '/assets/dom.js';
import { call, forget, get, parameters } from './api.js';
import { button, confirm, once, open, say } from './dialog.js';
import { form } from './form.js';
import { list } from './list.js';

const told = ({ applied }, what) => say(applied === false ? `${what}; the switch does not have it yet.` : `${what}.`);

// Shows a list and, of each row, a form.
//
// `path`, and `one`, what one of them is called. `columns` and `filters` are list.js's, `groups` form.js's; a group's `part` gives of a record that is there
// an element of its own. `secret` names a field that is in the answer once. `keeps` says of a record why it cannot be deleted. In a dialog, `place` is where.
export const resource = async (about) => {
  const { path, one, columns, filters, groups, secret, keeps = () => undefined, key = 'id', place = byId('content'), actions = byId('actions') } = about;
  const isPage = place.id === 'content';
  const at = (record) => `${path}/${encodeURIComponent(record[key])}`;
  const schemas = { new: await parameters('POST', about.described ?? path), old: await parameters('PUT', `${about.described ?? path}/{${key}}`) };

  const remove = async (record, dialog) => {
    if (await confirm(`Delete ${one}?`, `${record.name ?? record[key]} will be gone.`, 'Delete')) {
      await dialog.attempt(async () => {
        told(await call('DELETE', at(record)), 'Deleted');
        dialog.close();
        await look();
      });
    }
  };
  const save = async (record, sent) => {
    const answer = await call(record ? 'PUT' : 'POST', record ? at(record) : path, sent);
    told(answer, record ? 'Saved' : 'Created');
    await look();
    return answer.data;
  };
  // A secret that was made up is shown before the dialog goes.
  const saved = (dialog, data) => {
    if (secret && data[secret[0]]) {
      dialog.element.querySelector('form').replaceWith(once(secret[1], data[secret[0]]));
    } else {
      dialog.close();
    }
  };
  const show = async (record) => {
    forget();
    const made = groups.map(({ part, ...group }) => ({ ...group, ...(part && record ? part(record) : {}) }));
    const fields = await form(record ? schemas.old : schemas.new, made.filter(({ fields: own, more }) => own || more), record);
    const submit = el('button', {}, record ? 'Save' : 'Create');
    const why = record && keeps(record);
    const deletes = why ? el('p', { class: 'hint' }, why) : button('Delete', { class: 'danger quiet' }, () => remove(record, { ...fields, close: sheet.close }));
    fields.element.append(el('div', { class: 'buttons' }, record ? deletes : undefined, submit));
    fields.element.addEventListener('submit', async (event) => {
      event.preventDefault();
      submit.disabled = true;
      const data = await fields.attempt((sent) => save(record, sent)).finally(() => (submit.disabled = false));
      if (data) {
        saved(sheet, data);
      }
    });
    const sheet = open(record ? (record.name ?? String(record[key])) : `New ${one}`, fields.element, {
      mayClose: () => !fields.element.isConnected || !fields.isChanged() || confirm('Leave it?', 'What you changed is not saved.', 'Leave'),
      closed: () => {
        if (isPage) {
          history.replaceState(null, '', location.pathname + location.search);
        }
        look();
      },
    });
    fields.element.querySelector('input, select, textarea')?.focus();
  };
  const follow = async () => {
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (wanted === 'new') {
      await show();
    } else if (wanted) {
      await get(`${path}/${encodeURIComponent(wanted)}`).then(show, (error) => say(error.message));
    }
  };

  const opens = isPage ? true : show;
  const add = isPage ? el('a', { class: 'button', href: '#new' }, `New ${one}`) : button(`New ${one}`, {}, () => show());
  actions.append(add);
  const look = await list({ ...about, place, columns, filters, open: opens, key, caption: about.caption ?? document.title });
  if (isPage) {
    addEventListener('hashchange', follow);
    await follow();
  }
};
