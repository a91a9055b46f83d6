// Times, by the server's clock: a screen on a wall may have a wrong one.

import { el } from '/assets/dom.js';

let offset = 0;

export const setNow = (ms) => {
  offset = ms - performance.now();
};

export const now = () => offset + performance.now();

const two = (count) => String(count).padStart(2, '0');

// 0:07, 12:34, 1:02:03
const length = (ms) => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const end = `:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${two(minutes)}${end}` : `${minutes}${end}`;
};

export const duration = (ms) => (ms === null ? '–' : length(ms));

// 12:04:31, where the screen is
export const timeOfDay = (ms, parts = 3) => {
  const at = new Date(ms);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].slice(0, parts).map(two).join(':');
};

// How long it has been so, at least `leastMs`, marked when that is longer than `lateMs`; a dash of nobody.
export const since = (ms, lateMs, leastMs = 0) =>
  ms === null ? '–' : el('span', { class: 'time', 'data-since': ms, 'data-late-ms': lateMs, 'data-least-ms': leastMs });

export const until = (ms) => el('span', { class: 'time', 'data-until': ms });

// Keeps every element with a time in it as it is now: data-since counts up, data-until counts down.
export const tick = (within) => {
  for (const element of within.querySelectorAll('[data-since]')) {
    const ms = Math.max(now() - Number(element.dataset.since), Number(element.dataset.leastMs));
    element.textContent = length(ms);
    element.classList.toggle('long', ms >= 3_600_000);
    if (element.dataset.lateMs) {
      element.classList.toggle('late', ms > Number(element.dataset.lateMs));
    }
  }
  for (const element of within.querySelectorAll('[data-until]')) {
    element.textContent = length(Number(element.dataset.until) - now() + 999);
  }
};
