// The line of the last hours: callers by half hour, and how many of them were answered.

import { svg, table } from '/assets/dom.js';
import { timeOfDay } from './time.js';

// Around the lines, in letters.
const EDGE = { left: 2.2, right: 1, top: 0.6, bottom: 1.6 };

// The least round number that is at least this, so that the scale does not move with every call.
const ceiling = (most) => [4, 8, 12, 20, 40, 60, 80, 120, 200, 400, 800, 1_200, 2_000].find((round) => round >= most) ?? Math.ceil(most / 1_000) * 1_000;

export const chart = (hours, place) => {
  const [width, height, letter] = [place.clientWidth, place.clientHeight, parseFloat(getComputedStyle(place).fontSize)];
  const [left, right, top, bottom] = [EDGE.left * letter, width - EDGE.right * letter, EDGE.top * letter, height - EDGE.bottom * letter];
  const most = ceiling(Math.max(...hours.map(({ offered }) => offered), 1));
  const last = hours.length - 1;
  const x = (at) => left + (at * (right - left)) / Math.max(last, 1);
  const y = (count) => bottom - (count * (bottom - top)) / most;
  const points = (name, from, to) => hours.slice(from, to).map((one, at) => `${x(from + at).toFixed(1)},${y(one[name]).toFixed(1)}`);
  // The last half hour has only begun.
  const line = (name) => [
    svg('polyline', { class: name, points: points(name, 0, last).join(' ') }),
    svg('polyline', { class: `${name} begun`, points: points(name, Math.max(last - 1, 0), last + 1).join(' ') }),
    svg('circle', { class: name, cx: x(last), cy: y(hours[last]?.[name] ?? 0), r: letter / 4 }),
  ];
  const area = svg('polygon', { points: [`${x(0)},${y(0)}`, ...points('answered', 0, last), `${x(Math.max(last - 1, 0))},${y(0)}`].join(' ') });
  const levels = [0, most / 2, most].map((count) => [
    svg('line', { x1: left, x2: right, y1: y(count), y2: y(count) }),
    svg('text', { x: left - 0.6 * letter, y: y(count) + 0.35 * letter, 'text-anchor': 'end' }, String(count)),
  ]);
  const isLabelled = (at, time) => time.endsWith(':00') && at < last - 1 && (last - at) % 4 < 2;
  const times = hours.map(({ from_ms: from }, at) =>
    isLabelled(at, timeOfDay(from, 2)) ? svg('text', { x: x(at), y: height - 0.2 * letter, 'text-anchor': 'middle' }, timeOfDay(from, 2)) : null,
  );
  const now = svg('text', { x: x(last), y: height - 0.2 * letter, 'text-anchor': 'middle' }, 'now');
  return svg('svg', { width, height, 'aria-hidden': 'true', focusable: 'false' }, levels, area, line('offered'), line('answered'), times, now);
};

// The same for those who do not see it.
export const spoken = (hours) => {
  const rows = hours.map((one) => ({ cells: [timeOfDay(one.from_ms, 2), ...[one.offered, one.answered, one.abandoned].map(String)] }));
  return table('Callers by half hour', ['From', 'Offered', 'Answered', 'Abandoned'], rows);
};
