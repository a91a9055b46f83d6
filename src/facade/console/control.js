// Controls of a form, made of what the API says that a parameter is (a JSON schema) and of what is there. A control is { element, read, isGroup }: `read`
// gives what would be sent.

import { el } from '/assets/dom.js';
import { names } from './api.js';
import { members } from './members.js';

const is = (schema, type) => [schema.type].flat().includes(type);
const isText = (value) => typeof value === 'string';
const inText = (value) => (value === null || value === undefined ? '' : isText(value) ? value : JSON.stringify(value));

const input = (attributes, value) => el('input', { autocomplete: 'off', ...attributes, value: inText(value) });

const text = (attributes, value) => {
  const element = input({ type: 'text', ...attributes }, value);
  return { element, read: () => element.value.trim() };
};

const secret = () => {
  const element = input({ type: 'password', autocomplete: 'new-password' });
  return { element, read: () => element.value };
};

const number = ({ minimum, maximum }, value) => {
  const element = input({ type: 'number', step: 1, inputmode: 'numeric', min: minimum, max: maximum }, value);
  return { element, read: () => (element.value === '' ? null : Number(element.value)) };
};

const check = (value) => {
  const element = el('input', { type: 'checkbox' });
  element.checked = Boolean(value);
  return { element, read: () => element.checked };
};

// `options` are [value, text]; what is read is the value.
export const select = (options, value) => {
  const at = options.findIndex(([option]) => option === value);
  const element = el('select', {}, options.map(([, shown], place) => el('option', { value: place, selected: place === at }, shown)));
  return { element, read: () => options[element.selectedIndex]?.[0] ?? null };
};

const words = ({ enum: known, required }, value, none) => {
  const options = known.filter((word) => word !== null).map((word) => [word, word]);
  return select(required && value !== undefined ? options : [['', none ?? '–'], ...options], value ?? '');
};

const maybe = (value, none) => select([[null, none ?? 'as the default'], [true, 'yes'], [false, 'no']], value === null || value === undefined ? null : Boolean(value));

const list = (value) => {
  const element = input({ type: 'text' }, Array.isArray(value) ? value.join(', ') : value);
  return { element, read: () => element.value.split(',').map((word) => word.trim()).filter(Boolean) };
};

// What is neither is sent as it stands, for the API to say what is wrong with it.
const json = (value) => {
  const element = el('textarea', { rows: 3, spellcheck: 'false' }, value === null || value === undefined ? '' : JSON.stringify(value));
  const read = () => {
    try {
      return element.value.trim() === '' ? null : JSON.parse(element.value);
    } catch {
      return element.value;
    }
  };
  return { element, read };
};

const checks = (options, value) => {
  const boxes = options.map(([option, shown]) => {
    const box = el('input', { type: 'checkbox' });
    box.checked = (value ?? []).includes(option);
    return { option, box, element: el('label', {}, box, ' ', shown) };
  });
  const element = el('div', { class: 'checks' }, boxes.length ? boxes.map((one) => one.element) : el('span', { class: 'none' }, 'There are none yet.'));
  return { element, isGroup: true, read: () => boxes.filter(({ box }) => box.checked).map(({ option }) => option) };
};

// Named parts, each with a control of its own; parts that say nothing are left out.
const parts = (given) => {
  const element = el('div', { class: 'parts' }, given.map(([name, { element: part }]) => el('label', {}, el('span', {}, name), part)));
  const said = () => given.map(([name, { read }]) => [name, read()]).filter(([, value]) => value !== null && value !== '');
  return { element, isGroup: true, read: () => Object.fromEntries(said()) };
};

// The ids of what is at a path, by their names; an id whose name is not known is kept.
const named = async (path, value, none, isOne) => {
  const known = [...(await names(path))].toSorted(([, one], [, other]) => one.localeCompare(other));
  const ids = [value ?? []].flat().filter(Boolean);
  const unknown = ids.filter((id) => !known.some(([other]) => other === id)).map((id) => [id, `#${id}`]);
  return isOne ? select([[0, none ?? 'none'], ...known, ...unknown], value || 0) : checks([...known, ...unknown], value);
};

// `how` is what a page says of a field beyond the API: `of` (a path whose ids it takes), `secret`, `zone`, `members`, `none` (what an empty choice means).
export const control = async (schema, value, how = {}) => {
  if (how.members) {
    return members(how.members, value);
  }
  if (how.of) {
    return named(how.of, value, how.none, !is(schema, 'array'));
  }
  if (how.secret) {
    return secret();
  }
  if (schema.enum) {
    return words(schema, value, how.none);
  }
  if (is(schema, 'boolean')) {
    return is(schema, 'null') ? maybe(value, how.none) : check(value);
  }
  if (is(schema, 'integer')) {
    return number(schema, value);
  }
  if (is(schema, 'array') && schema.items.enum) {
    return checks(schema.items.enum.map((word) => [word, word]), value);
  }
  if (is(schema, 'array') && is(schema.items, 'string')) {
    return list(value);
  }
  if (schema.propertyNames?.enum) {
    return parts(schema.propertyNames.enum.map((name) => [name, maybe(value?.[name], how.none)]));
  }
  if (schema.properties) {
    const part = async ([name, inner]) => [name, await control(inner, value?.[name])];
    return parts(await Promise.all(Object.entries(schema.properties).map(part)));
  }
  if (is(schema, 'object') || is(schema, 'array')) {
    return json(value);
  }
  return text(how.zone ? { list: 'zones' } : {}, value);
};

// For fields that take a time zone.
export const zones = () => {
  const known = Intl.supportedValuesOf('timeZone').map((zone) => el('option', { value: zone }));
  return el('datalist', { id: 'zones' }, known);
};
