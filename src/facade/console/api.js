// Asks the API. Who is not logged in (any more) is asked to, and then the request goes on.

import { el } from '/assets/dom.js';
import { letIn } from '/assets/login.js';
import { headers } from '/assets/session.js';

// What the API refused, in its own words.
class Refused extends Error {
  constructor({ msg, data }) {
    super(msg ?? 'That was refused.');
    this.data = data;
  }
}

// What it gives; `refused` is told what the API says against it.
export const attempted = (act, refused) =>
  act().catch((error) => {
    if (!(error instanceof Refused)) {
      throw error;
    }
    refused(error.message, error.data);
  });

let door;
// One form for all requests that were refused meanwhile; above any dialog.
const login = () => {
  door ??= (async () => {
    const place = el('dialog', { class: 'door', 'aria-label': 'Log in' });
    place.addEventListener('cancel', (event) => event.preventDefault());
    document.body.append(place);
    place.showModal();
    await letIn(place, 'Console', 'Log in to go on.', '/api/pause', { alone: false });
    place.remove();
    door = undefined;
  })();
  return door;
};

// Repeats what `send` does until it is not refused for want of a login; the answer's envelope. `send` gives { status, body }.
export const asked = async (send) => {
  for (;;) {
    const { status, body } = await send();
    if (status === 401) {
      await login();
    } else if (body.success) {
      return body;
    } else {
      throw new Refused(body);
    }
  }
};

const away = () => ({ status: 0, body: { msg: 'ccgate does not answer. Try again in a moment.' } });

const send = async (method, path, body) => {
  const json = body !== undefined && { 'Content-Type': 'application/json' };
  const answer = await fetch(path, { method, headers: { ...headers(), ...json }, body: body && JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
};

// The envelope: { success, data, total, applied }.
export const call = (method, path, body) => asked(() => send(method, path, body).catch(away));

export const get = async (path) => (await call('GET', path)).data;

// The bytes of a file.
export const file = async (path) => {
  let blob;
  await asked(async () => {
    const answer = await fetch(path, { headers: headers() }).catch(() => undefined);
    if (answer?.ok && answer.headers.get('Content-Type') !== 'application/json') {
      blob = await answer.blob();
      return { status: answer.status, body: { success: true } };
    }
    return answer ? { status: answer.status, body: await answer.json() } : away();
  });
  return blob;
};

// { a: 1, b: '' } as ?a=1
export const query = (params) => {
  const given = Object.entries(params).filter(([, value]) => value !== '' && value !== undefined && value !== null);
  const text = new URLSearchParams(given).toString();
  return text && `?${text}`;
};

let described;
// What the API says that a request takes: { name: its JSON schema }, of which those that must be there have `required`.
export const parameters = async (method, path) => {
  described ??= fetch('/openapi/callcenter.json').then((answer) => answer.json());
  const { paths, components } = await described;
  const known = (schema) => (schema.$ref ? components.schemas[schema.$ref.split('/').at(-1)] : schema);
  const operation = paths[path][method.toLowerCase()];
  if (method === 'GET') {
    return Object.fromEntries(operation.parameters.map(({ name, schema }) => [name, known(schema)]));
  }
  const body = known(operation.requestBody.content['application/json'].schema);
  const { properties, required = [] } = body.anyOf ? known(body.anyOf[0]) : body;
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, { ...known(schema), required: required.includes(name) }]));
};

const lists = new Map();
// The names of what is at a path, by id. Asked for once, until `forget`.
export const names = (path) => {
  if (!lists.has(path)) {
    const known = get(path).then((rows) => new Map(rows.map(({ id, name }) => [id, name])));
    // Who may not see the names sees ids.
    lists.set(path, known.catch(() => new Map()));
  }
  return lists.get(path);
};

export const forget = () => lists.clear();
