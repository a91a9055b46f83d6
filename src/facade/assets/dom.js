// Builds elements. Text is always text: nothing that comes from outside is read as HTML.

const SVG = 'http://www.w3.org/2000/svg';

const build = (made, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) {
      made.setAttribute(name, value === true ? '' : value);
    }
  }
  made.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return made;
};

// el('td', { class: 'wait' }, 'a text', another)
export const el = (name, attributes = {}, ...children) => build(document.createElement(name), attributes, children);

export const svg = (name, attributes = {}, ...children) => build(document.createElementNS(SVG, name), attributes, children);

export const byId = (id) => document.getElementById(id);

// A table with a caption and the names of its columns; rows are lists of cells, the first of which names its row. A cell is a text, an element, or
// { class, content }.
export const table = (caption, columns, rows) => {
  const cell = (kind, scope) => (given) => {
    const { class: css, content } = given?.content === undefined ? { content: given } : given;
    return el(kind, { class: css, scope }, content);
  };
  const head = columns.map(cell('th', 'col'));
  const row = ({ class: css, cells: [first, ...others] }) => el('tr', { class: css }, cell('th', 'row')(first), others.map(cell('td')));
  return el('table', {}, el('caption', {}, caption), el('thead', {}, el('tr', {}, head)), el('tbody', {}, rows.map(row)));
};
