// A form of a request's parameters. A field is [name, label, how]: what it takes, and the hint beside it, are the API's own words on the parameter; `how` is
// what control.js takes, and `first`, what a new one begins with, `value`, which gives it of a record, and `when`, which says of the values whether the field
// is there at all.
//
// Nothing is checked here: the API says what is wrong, and its text is shown at the field that it names.

import { el } from '/assets/dom.js';
import { attempted } from './api.js';
import { control, zones } from './control.js';

let serial = 0;

const markup = (text) => text.split('`').map((part, at) => (at % 2 ? el('code', {}, part) : part));

const field = async (schema, [name, label, how = {}], value) => {
  serial += 1;
  const id = `field-${serial}`;
  const made = await control(schema, value, how);
  const hint = el('p', { class: 'hint', id: `${id}-hint` }, markup(schema.description ?? ''));
  const error = el('p', { class: 'error', id: `${id}-error` });
  const title = [label, schema.required ? el('span', { class: 'needed' }, ' (required)') : undefined, el('code', { 'aria-hidden': 'true' }, name)];
  const focus = made.isGroup ? made.element.querySelector('input, select, button') : made.element;
  const wide = made.isGroup || focus.matches('textarea');
  const [outer, head] = made.isGroup ? ['fieldset', el('legend', {}, title)] : ['div', el('label', { for: id }, title)];
  if (!made.isGroup) {
    made.element.id = id;
    made.element.setAttribute('aria-describedby', `${id}-hint ${id}-error`);
  }
  const is = focus?.type === 'checkbox' && !made.isGroup ? 'checkbox' : wide ? 'wide' : '';
  const inside = is === 'checkbox' ? [made.element, head] : [head, made.element];
  const element = el(outer, { class: `field ${is}`, 'data-field': name }, inside, hint, error);
  const refuse = (msg) => {
    error.textContent = msg;
    focus?.toggleAttribute('aria-invalid', msg !== '');
    if (msg) {
      focus?.setAttribute('aria-invalid', 'true');
    }
  };
  return { name, how, element, focus, refuse, read: made.read, first: JSON.stringify(made.read()), needed: schema.required };
};

const first = ([name, , how = {}], record) => (!record ? how.first : how.value ? how.value(record) : record[name]);

// Fields in groups, of which one at a time is seen; a list of tabs where there are several. `seen` is told the fields that are.
const tabs = (groups, seen) => {
  const buttons = groups.map(({ name, panel }, at) => {
    panel.id ||= `panel-${(serial += 1)}`;
    const made = el('button', { type: 'button', role: 'tab', id: `${panel.id}-tab`, 'aria-controls': panel.id }, name);
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', made.id);
    made.addEventListener('click', () => show(at));
    return made;
  });
  const show = (wanted) =>
    groups.forEach(({ panel, shown, own }, at) => {
      buttons[at].setAttribute('aria-selected', String(at === wanted));
      buttons[at].tabIndex = at === wanted ? 0 : -1;
      panel.hidden = at !== wanted;
      if (at === wanted) {
        shown?.();
        seen(own);
      }
    });
  const row = el('div', { role: 'tablist', class: 'tabs' }, buttons);
  row.addEventListener('keydown', ({ key }) => {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[key];
    if (to !== undefined) {
      const next = (to + buttons.length) % buttons.length;
      show(next);
      buttons[next].focus();
    }
  });
  show(0);
  return { row: buttons.length > 1 ? row : undefined, show };
};

// `groups` are { name, fields, more }, where `more` is an element that follows the fields and `shown` is told when the group is seen. `record` is what is
// there, nothing of a new one.
export const form = async (schemas, groups, record) => {
  const made = await Promise.all(
    groups.map(async ({ fields = [], more, ...group }) => {
      const own = await Promise.all(fields.map((one) => field(schemas[one[0]], one, first(one, record))));
      return { ...group, own, panel: el('div', { class: 'panel' }, el('div', { class: 'fields' }, own.map(({ element }) => element)), more) };
    }),
  );
  const all = made.flatMap(({ own }) => own);
  const isThere = ({ element }) => !element.hidden;
  const look = () => {
    const values = Object.fromEntries(all.filter(({ how }) => !how.when).map(({ name, read }) => [name, read()]));
    all.filter(({ how }) => how.when).forEach(({ how, element }) => (element.hidden = !how.when(values)));
  };
  const element = el('form', { novalidate: true });
  // There is nothing to save of a group that does by itself what it does.
  const { row, show } = tabs(made, (own) => element.classList.toggle('other', own.length === 0));
  const alert = el('p', { class: 'refused', role: 'alert' });
  element.append(...[row, made.map(({ panel }) => panel), all.some(({ how }) => how.zone) ? zones() : [], alert].flat().filter(Boolean));
  element.addEventListener('input', look);
  look();
  const differs = ({ first, read }) => JSON.stringify(read()) !== first;
  // What is sent: what was changed; of a new one also what must be there.
  const changes = () => {
    const changed = all.filter(isThere).filter((one) => differs(one) || (!record && one.needed));
    return Object.fromEntries(changed.map(({ name, read }) => [name, read()]));
  };
  const refuse = (msg) => {
    const called = [/^\w+/, /\w+(?= is in use)/].map((words) => words.exec(msg)?.[0]);
    const at = called.map((name) => all.filter(isThere).find((one) => one.name === name)).find(Boolean);
    all.forEach((one) => one.refuse(one === at ? msg : ''));
    alert.textContent = at ? '' : msg;
    if (at) {
      show(made.findIndex(({ own }) => own.includes(at)));
      at.focus?.focus();
    }
  };
  // Does it with what is to be sent, and shows why not.
  const attempt = (act) => {
    refuse('');
    return attempted(() => act(changes()), refuse);
  };
  return { element, attempt, isChanged: () => all.some(differs) };
};
