// How much a panel holds. On a wall nothing is scrolled: letters are as large as all of it allows, down to the smallest that is read from five metres; what
// does not fit then is counted. In a hand all of it is there, below one another.

import { el } from '/assets/dom.js';

const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

// Of `count` things, each `wide` and `high` of its letters, with `gap` between them and `head` above: their size, and how many are shown. All in rem.
// Several are beside one another where there is a gap.
const fit = (place, count, { wide, high, gap = 0, head = 0, most, least }) => {
  const [width, height] = [place.clientWidth / rem(), place.clientHeight / rem() - head];
  const holds = (size) => {
    const beside = Math.floor((width + gap) / (wide * size + gap));
    const across = Math.max(Math.min(beside, gap > 0 ? beside : 1), size > least ? 0 : 1);
    return across * Math.floor((height + gap) / (high * size + gap));
  };
  let size = most;
  while (size > least && holds(size) < count) {
    size -= 0.05;
  }
  const room = Math.max(holds(size), 1);
  return { size, shown: room < count ? room - 1 : count };
};

// Fills a panel with what `build` makes of those that are shown: the first by `urgency`, where it is given, in the order in which they are.
export const fill = (panel, all, { urgency, nobody, ...measures }, build) => {
  const place = panel.querySelector('.room');
  if (all.length === 0) {
    place.replaceChildren(el('p', { class: 'nobody' }, nobody));
    return;
  }
  const isWall = getComputedStyle(place).overflowY === 'hidden';
  const { size, shown } = isWall ? fit(place, all.length, measures) : { size: 1, shown: all.length };
  const first = new Set((urgency ? all.toSorted((one, other) => urgency(one) - urgency(other)) : all).slice(0, shown));
  const made = build(all.filter((one) => first.has(one)));
  place.style.setProperty('--size', size);
  place.replaceChildren(made);
  if (shown < all.length) {
    const isList = made.matches('ul');
    (isList ? made : place).append(el(isList ? 'li' : 'p', { class: 'rest' }, `and ${all.length - shown} more`));
  }
};
