// Dialogs: the browser's own, which keep the keyboard inside and give it back.

import { byId, el } from '/assets/dom.js';

let serial = 0;

const button = (text, attributes, act) => {
  const made = el('button', { type: 'button', ...attributes }, text);
  made.addEventListener('click', act);
  return made;
};
export { button };

// Said to everybody, for a while.
let clearing;
export const say = (text) => {
  clearTimeout(clearing);
  byId('said').textContent = text;
  clearing = setTimeout(() => (byId('said').textContent = ''), 6_000);
};

// Opens a dialog with a heading and this content; `{ element, close }`. `mayClose` is asked (and awaited) before somebody closes it, `closed` is told.
export const open = (title, content, { kind = 'sheet', mayClose = () => true, closed = () => undefined } = {}) => {
  serial += 1;
  const id = `dialog-${serial}`;
  const heading = el('h2', { id }, title);
  const ask = async () => (await mayClose()) && close();
  const leave = button('×', { class: 'close', 'aria-label': 'Close' }, ask);
  const element = el('dialog', { class: kind, 'aria-labelledby': id }, el('div', { class: 'title' }, heading, leave), el('div', { class: 'inside' }, content));
  const close = () => element.close();
  element.addEventListener('cancel', (event) => {
    // Another one, or a list, that is within this one.
    if (event.target === element) {
      event.preventDefault();
      ask();
    }
  });
  element.addEventListener('close', (event) => {
    if (event.target === element) {
      element.remove();
      closed();
    }
  });
  document.body.append(element);
  element.showModal();
  return { element, close };
};

// Whether somebody agrees.
export const confirm = (title, text, act) =>
  new Promise((settled) => {
    let agreed = false;
    const yes = button(act, { class: 'danger' }, () => ((agreed = true), close()));
    const no = button('Cancel', { class: 'quiet' }, () => close());
    const { close } = open(title, [el('p', {}, text), el('div', { class: 'buttons' }, no, yes)], { kind: 'ask', closed: () => settled(agreed) });
    no.focus();
  });

// A secret, which is shown this once.
export const once = (label, value) => {
  serial += 1;
  const id = `once-${serial}`;
  const field = el('input', { id, class: 'secret', readonly: true, value, autocomplete: 'off', spellcheck: 'false' });
  field.addEventListener('focus', () => field.select());
  const copy = button('Copy', {}, async () => {
    await navigator.clipboard.writeText(value);
    say('Copied.');
  });
  return el(
    'div',
    { class: 'once', role: 'alert' },
    el('label', { for: id }, label),
    // Browsers let pages copy over https only.
    el('div', { class: 'row' }, field, navigator.clipboard ? copy : undefined),
    el('p', {}, 'It is shown this once. Keep it now.'),
  );
};
