// What agents do, the most urgent first, and the words for it. Colours are in base.css, by the same names.

export const STATES = [
  ['ringing', 'Ringing'],
  ['in_call', 'In a call'],
  ['wrap_up', 'Wrap-up'],
  ['ready', 'Ready'],
  ['unreachable', 'Unreachable'],
  ['paused', 'Paused'],
  ['offline', 'Offline'],
];

export const WORDS = Object.fromEntries(STATES);
