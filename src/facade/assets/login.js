// The form that asks who is there. Settles when somebody is let in.

import { el } from './dom.js';
import { ask, forgetKey, keepKey, logIn } from './session.js';

const field = (label, attributes) => el('label', {}, el('span', {}, label), el('input', { required: true, ...attributes }));

// `place` shows the form; `probe` is a path that who comes in must be allowed to GET.
export const letIn = (place, title, why, probe) =>
  new Promise((done) => {
    const message = el('p', { class: 'message', role: 'alert' }, why);
    const by = (heading, fields, submit, attempt) => {
      const form = el('form', {}, el('h2', {}, heading), fields, el('button', {}, submit));
      form.addEventListener('submit', async (event) => {
        event.preventDefault();
        message.textContent = '';
        const refusal = await attempt(new FormData(form)).catch(() => ({ msg: 'ccgate does not answer. Try again in a moment.' }));
        if (refusal) {
          message.textContent = refusal.msg ?? 'That was refused.';
        } else {
          place.replaceChildren();
          done();
        }
      });
      return form;
    };
    const refused = (answer) => (answer.success ? undefined : answer);
    const person = by(
      'A person',
      [
        field('Username or e-mail', { name: 'username', autocomplete: 'username', autocapitalize: 'none' }),
        field('Password', { name: 'password', type: 'password', autocomplete: 'current-password' }),
      ],
      'Log in',
      async (given) => refused(await logIn(given.get('username'), given.get('password'))) ?? refused(await ask('GET', probe)),
    );
    const screen = by(
      'A screen on a wall',
      [field('API key', { name: 'key', type: 'password', autocomplete: 'off' })],
      'Use this key',
      async (given) => {
        keepKey(given.get('key'));
        const answer = refused(await ask('GET', probe));
        if (answer) {
          forgetKey();
        }
        return answer;
      },
    );
    place.replaceChildren(el('main', { class: 'login', 'aria-labelledby': 'login-title' }, el('h1', { id: 'login-title' }, title), message, person, screen));
    place.querySelector('input').focus();
  });
