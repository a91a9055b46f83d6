// What pages share that are worked at: whether they are live, what was refused, buttons that wait for what they do, and parts that stay as they are.

import { byId, el } from './dom.js';
import { ask } from './session.js';
import { timeOfDay } from './time.js';

let lastHeard;

export const setLive = (live) => {
  if (live) {
    lastHeard = Date.now();
  }
  document.body.classList.toggle('stale', !live);
  const text = live ? 'Live' : lastHeard ? `Not live since ${timeOfDay(lastHeard)}` : 'Connecting';
  if (byId('live').textContent !== text) {
    byId('live').textContent = text;
  }
};

// Why not, where something was refused.
const message = (text = '') => {
  byId('message').textContent = text;
  byId('message').hidden = text === '';
};

// Does something; the answer. The button that was pressed waits for it.
export const act = async (pressed, path, body = {}) => {
  pressed.setAttribute('aria-busy', 'true');
  message();
  const answer = await ask('POST', path, body).catch(() => ({ msg: 'ccgate does not answer. Try again in a moment.' }));
  pressed.removeAttribute('aria-busy');
  if (!answer.success) {
    message(answer.msg ?? 'That was refused.');
  }
  return answer;
};

export const button = (id, text, press, attributes = {}) => {
  const made = el('button', { id, type: 'button', ...attributes }, text);
  made.addEventListener('click', () => made.hasAttribute('aria-busy') || press(made));
  return made;
};

const shown = {};

// Fills a part of the page, unless it was made from the same before. Whoever is at a button stays there.
export const put = (id, made, ...from) => {
  const key = JSON.stringify(from);
  if (shown[id] === key) {
    return;
  }
  shown[id] = key;
  const at = document.activeElement?.id;
  byId(id).replaceChildren(...made());
  if (at && document.activeElement?.id !== at) {
    byId(at)?.focus();
  }
};

// For whoever comes next.
export const forget = () => {
  for (const id of Object.keys(shown)) {
    delete shown[id];
  }
};
