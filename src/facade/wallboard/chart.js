// The line of the last hours: callers by half hour, and how many of them were answered.

import { svg, table } from '/assets/dom.js';
import { timeOfDay } from './time.js';

const [WIDTH, HEIGHT] = [800, 260];
const EDGE = { left: 46, right: 16, top: 14, bottom: 34 };

// The least round number that is at least this, so that the scale does not move with every call.
const ceiling = (most) => [4, 8, 12, 20, 40, 60, 80, 120, 200, 400, 800, 1_200, 2_000].find((round) => round >= most) ?? Math.ceil(most / 1_000) * 1_000;

export const chart = (hours) => {
  const top = ceiling(Math.max(...hours.map(({ offered }) => offered), 1));
  const x = (at) => EDGE.left + (at * (WIDTH - EDGE.left - EDGE.right)) / Math.max(hours.length - 1, 1);
  const y = (count) => HEIGHT - EDGE.bottom - (count * (HEIGHT - EDGE.top - EDGE.bottom)) / top;
  const points = (name) => hours.map((one, at) => `${x(at).toFixed(1)},${y(one[name]).toFixed(1)}`);
  const line = (name) => svg('polyline', { class: name, points: points(name).join(' ') });
  const area = svg('polygon', { class: 'area', points: [`${x(0)},${y(0)}`, ...points('answered'), `${x(hours.length - 1)},${y(0)}`].join(' ') });
  const levels = [0, top / 2, top].map((count) => [
    svg('line', { class: 'grid', x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(count), y2: y(count) }),
    svg('text', { x: EDGE.left - 10, y: y(count) + 7, 'text-anchor': 'end' }, String(count)),
  ]);
  const times = hours.map(({ from_ms: from }, at) =>
    timeOfDay(from, 2).endsWith(':00') && (hours.length - at) % 4 < 2
      ? svg('text', { x: x(at), y: HEIGHT - 6, 'text-anchor': at === 0 ? 'start' : at > hours.length - 2 ? 'end' : 'middle' }, timeOfDay(from, 2))
      : null,
  );
  const last = hours.length - 1;
  const ends = ['offered', 'answered'].map((name) => svg('circle', { class: name, cx: x(last), cy: y(hours[last]?.[name] ?? 0), r: 5 }));
  return svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true', focusable: 'false' }, levels, area, line('offered'), line('answered'), ends, times);
};

// The same for those who do not see it.
export const spoken = (hours) => {
  const rows = hours.map((one) => ({ cells: [timeOfDay(one.from_ms, 2), ...[one.offered, one.answered, one.abandoned].map(String)] }));
  return table('Callers by half hour', ['From', 'Offered', 'Answered', 'Abandoned'], rows);
};
