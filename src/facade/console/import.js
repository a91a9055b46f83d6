// The import of a file into a phone list: sent as it is, and what became of its rows.

import { el, table } from '/assets/dom.js';
import { headers } from '/assets/session.js';
import { asked, attempted, get } from './api.js';
import { button } from './dialog.js';
import { badge, count, region, time } from './format.js';

const LOOK_MS = 500;
const KINDS = { done: 'good', failed: 'lost', running: 'rest' };

// `fetch` does not tell how much was sent.
const send = (path, file, progress, begun) =>
  new Promise((settled) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    for (const [name, value] of Object.entries({ ...headers(), 'Content-Type': file.name.endsWith('.json') ? 'application/json' : 'text/csv' })) {
      request.setRequestHeader(name, value);
    }
    request.responseType = 'json';
    request.upload.addEventListener('progress', ({ loaded, total }) => progress(loaded / total));
    request.addEventListener('load', () => settled({ status: request.status, body: request.response ?? { msg: 'ccgate did not answer.' } }));
    request.addEventListener('abort', () => settled({ status: 0, body: { msg: 'Stopped. What is told below is kept.' } }));
    const cut = 'The connection was cut. What is told below is kept; sending all of it again does no harm.';
    request.addEventListener('error', () => settled({ status: 0, body: { msg: cut } }));
    begun(request);
    request.send(file);
  });

const outcome = ({ added, updated, refused_total: refused, refused: rows }) => {
  const said = el('p', { role: 'status' }, `${count(added)} added, ${count(updated)} changed, ${count(refused)} refused.`);
  if (rows.length === 0) {
    return [said];
  }
  const shown = rows.map(({ line, phone, msg }) => ({ cells: [String(line), phone || '–', msg] }));
  const more = refused > rows.length ? [el('p', { class: 'hint' }, `and ${count(refused - rows.length)} more`)] : [];
  return [said, region('Refused rows', table('Refused rows', ['Line', 'Phone', 'Why'], shown)), ...more];
};

const history = (imports) => {
  const heads = ['Began', 'State', 'Rows', 'Added', { class: 'wide', content: 'Changed' }, { class: 'wide', content: 'Refused' }, { class: 'wide', content: 'Why' }];
  const row = (one) => ({
    cells: [
      time(one.started),
      badge(one.state, KINDS[one.state]),
      count(one.rows),
      count(one.added),
      { class: 'wide', content: count(one.updated) },
      { class: 'wide', content: count(one.refused) },
      { class: 'wide', content: one.error ?? '–' },
    ],
  });
  return table('Imports', heads, imports.map(row));
};

export const imports = ({ id }) => {
  const path = `/api/phone_list/${id}`;
  const rows = region('Imports');
  const result = el('div', { class: 'result' });
  const refused = el('p', { class: 'refused', role: 'alert' });
  const bar = el('progress', { max: 1, value: 0, 'aria-label': 'Sent' });
  const file = el('input', { type: 'file', accept: '.csv,.json,text/csv,application/json', 'aria-label': 'File' });
  let request;

  const look = async () => {
    const imports = await get(`${path}/import`).catch(() => []);
    rows.replaceChildren(imports.length ? history(imports) : el('p', { class: 'none' }, 'Imports of 1,000 rows and more are told here.'));
  };
  const start = async () => {
    if (!file.files[0]) {
      refused.textContent = 'Choose a file first.';
      return;
    }
    refused.textContent = '';
    result.replaceChildren(bar, stop);
    begin.disabled = true;
    const all = () => send(`${path}/lead`, file.files[0], (part) => (bar.value = part), (begun) => (request = begun));
    const answer = await attempted(() => asked(all), (msg, data) => {
      refused.textContent = msg;
      result.replaceChildren(...(data ? outcome(data) : []));
    });
    if (answer) {
      result.replaceChildren(...outcome(answer.data));
    }
    begin.disabled = false;
    look();
  };
  const begin = button('Import', {}, start);
  const stop = button('Stop', { class: 'quiet' }, () => request.abort());
  // While the page of it is seen.
  const follow = async () => {
    await look();
    setTimeout(() => rows.checkVisibility() && follow(), LOOK_MS);
  };
  const about = el('p', { class: 'hint' }, 'CSV with a line of names (', el('code', {}, 'phone,name,lead_id,priority,tags,ext_api_vars'), '), or a JSON array. A phone that is there already is changed.');
  return { more: el('section', {}, about, el('div', { class: 'row' }, file, begin), result, refused, el('h3', {}, 'Imports'), rows), shown: follow };
};
