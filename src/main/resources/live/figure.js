// What all figures have in common: a heading, a sentence that says what is seen, a legend, a cursor for pointer and
// arrow keys, and the numbers as a table.

import {tellCursor} from './announcer.js';

/**
 * @typedef {object} Table
 * @property {string[]} head
 * @property {(string | number)[][]} rows
 */

/**
 * An element.
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export class Figure {
  /**
   * @param {string} id
   * @param {string} title
   * @param {string} why one sentence: what to look for
   * @param {string} keys what the arrow keys do
   */
  constructor(id, title, why, keys) {
    this.id = id;
    this.title = title;
    this.heading = element('h2', {id: `${id}-title`}, title);
    this.sentence = element('p', {class: 'sentence', id: `${id}-sentence`});
    this.why = element('p', {class: 'why'}, why);
    this.options = element('div', {class: 'options'});
    this.plot = element('div', {
      class: 'plot', tabindex: '0', role: 'application', 'aria-roledescription': 'figure',
      'aria-labelledby': `${id}-title`, 'aria-describedby': `${id}-sentence ${id}-keys`,
    });
    this.readout = element('p', {class: 'readout', id: `${id}-keys`}, keys);
    this.keys = keys;
    this.legend = element('div', {class: 'legend'});
    this.tableHead = element('thead');
    this.tableBody = element('tbody');
    this.scroll = element('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `${title}: the numbers`},
      element('table', {}, this.tableHead, this.tableBody));
    this.details = /** @type {HTMLDetailsElement} */ (element('details', {}, element('summary', {}, 'The numbers'), this.scroll));
    this.root = element('section', {class: 'card', id, 'aria-labelledby': `${id}-title`},
      element('div', {class: 'top'}, this.heading, this.options),
      this.sentence, this.plot, this.legend, this.readout, this.why, this.details);
    this.tableDrawn = 0;
    /** @type {() => Table} */
    this.table = () => ({head: [], rows: []});
    /** Moves the cursor; what it is on then, in words. @type {(key: string) => string | null} */
    this.move = () => null;
    /** What the cursor is on, in words, after new numbers; null if there is no cursor. @type {() => string | null} */
    this.reading = () => null;
    this.details.addEventListener('toggle', () => this.drawTable(true));
    this.plot.addEventListener('keydown', (event) => this.key(event));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'Escape'].includes(event.key)
      || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const words = this.move(event.key);
    this.read();
    if (words) tellCursor(words);
  }

  /** Shows what the cursor is on. */
  read() {
    const text = this.reading() ?? this.keys;
    if (this.readout.textContent !== text) this.readout.textContent = text;
  }

  /** After new numbers. @param {string} sentence */
  say(sentence) {
    if (this.sentence.textContent !== sentence) this.sentence.textContent = sentence;
    this.read();
    this.drawTable(false);
  }

  /** Only while it is open, and at most once a second. @param {boolean} now */
  drawTable(now) {
    if (!this.details.open || (!now && performance.now() - this.tableDrawn < 1000)) return;
    this.tableDrawn = performance.now();
    const {head, rows} = this.table();
    this.tableHead.replaceChildren(element('tr', {}, ...head.map((text) => element('th', {scope: 'col'}, text))));
    this.tableBody.replaceChildren(...rows.slice(0, 256).map((row) =>
      element('tr', {}, ...row.map((cell) => element('td', {}, String(cell))))));
  }

  /**
   * Legend entries: a swatch and its meaning.
   * @param {{mark: Node, text: string}[]} entries
   */
  explain(entries) {
    const key = entries.map((entry) => entry.text).join('|');
    if (this.legend.dataset.key === key) return;
    this.legend.dataset.key = key;
    this.legend.replaceChildren(...entries.map(({mark, text}) => element('span', {class: 'entry'}, mark, text)));
  }
}

/** A select with a visible label. @param {string} label @param {[string, string][]} choices @param {(value: string) => void} changed */
export function select(label, choices, changed) {
  const list = /** @type {HTMLSelectElement} */ (element('select', {}, ...choices.map(([value, text]) => element('option', {value}, text))));
  list.addEventListener('change', () => changed(list.value));
  return {root: element('label', {}, `${label} `, list), list};
}

/** A piece of SVG for a legend. @param {string} kind line, dash, dot, ring, ramp-diverging … */
export function swatch(kind) {
  return element('span', {class: `swatch ${kind}`, 'aria-hidden': 'true'});
}

/** The mark of a class, for a legend. @param {string} path @param {string} colour */
export function symbolSwatch(path, colour) {
  const svg = d3.create('svg').attr('viewBox', '-8 -8 16 16').attr('class', 'symbol').attr('aria-hidden', 'true');
  svg.append('path').attr('d', path).attr('fill', colour).attr('class', 'mark');
  return svg.node();
}
