// How each layer learns: its gradient, how much a step changes it, and how many of its units take no part.

import {Figure, swatch} from './figure.js';
import {figure, percent} from './format.js';

const COLUMNS = /** @type {const} */ ([
  ['gradient', 'gradient norm', [1e-8, 100]], ['update', 'update ratio', [1e-8, 1]],
]);

export class LayersFigure extends Figure {
  constructor() {
    super('layers', 'Layers', 'A gradient that shrinks by powers of ten from the last layer to the first has vanished; a step that changes a layer by more than 1 % of its size is too large, by less than a ten-thousandth too small to notice.',
      'Arrow keys move from layer to layer.');
    this.svg = d3.select(this.plot).append('svg').attr('aria-hidden', 'true');
    this.svg.append('g').attr('class', 'back');
    this.svg.append('g').attr('class', 'rows');
    this.at = -1;
    this.move = (key) => {
      const n = this.layers?.length ?? 0;
      this.at = key === 'Escape' || !n ? -1 : key === 'Home' ? 0 : key === 'End' ? n - 1
        : Math.max(0, Math.min(n - 1, this.at + (key === 'ArrowDown' || key === 'ArrowRight' ? 1 : -1)));
      this.mark();
      return this.reading();
    };
    this.reading = () => {
      const layer = this.layers?.[this.at];
      return layer ? `${this.name(this.at)}: gradient norm ${known(layer.gradient, figure)}, update ratio ${known(layer.update, figure)}, dead ${known(layer.dead, percent)}, saturated ${known(layer.saturated, percent)}.` : null;
    };
    this.table = () => ({head: ['layer', 'gradient norm', 'update ratio', 'dead units', 'saturated units'],
      rows: (this.layers ?? []).map((/** @type {any} */ l, /** @type {number} */ i) => [this.name(i), known(l.gradient, figure), known(l.update, figure), known(l.dead, percent), known(l.saturated, percent)])});
    this.explain([{mark: swatch('dot'), text: 'this step, logarithmic'}, {mark: swatch('band'), text: 'usual: 10⁻⁴ to 10⁻²'},
      {mark: swatch('dead'), text: 'dead units (nothing passes back)'}, {mark: swatch('saturated'), text: 'saturated units (within 1 % of a bound)'}]);
  }

  /** @param {number} i */
  name(i) {
    return i === this.layers.length - 1 ? 'output layer' : this.layers.length === 2 ? 'hidden layer' : `hidden layer ${i + 1}`;
  }

  /** @param {any} frame */
  draw(frame) {
    this.layers = frame.layers ?? [];
    this.root.hidden = !frame.layers;
    const width = this.plot.clientWidth;
    if (width < 50 || !frame.layers) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const row = 3.6 * rem;
    const top = 1.6 * rem;
    const third = width / 3;
    const inner = third - 1.2 * rem;
    this.svg.attr('width', width).attr('height', top + row * this.layers.length);
    const scales = COLUMNS.map(([, , domain]) => d3.scaleLog(domain, [0, inner]).clamp(true));
    const heads = [...COLUMNS.map(([, text]) => text), third < 13 * rem ? 'dead, sat.' : 'units'];
    const back = this.svg.select('.back');
    back.selectAll('text').data(heads).join('text').attr('x', (_, i) => i * third).attr('y', 0.9 * rem).text((d) => d);
    back.selectAll('rect').data([0]).join('rect').attr('class', 'usual').attr('x', third + scales[1](1e-4)).attr('y', top)
      .attr('width', scales[1](1e-2) - scales[1](1e-4)).attr('height', row * this.layers.length);
    const rows = this.svg.select('.rows').selectAll('g.row').data(this.layers).join((enter) => {
      const g = enter.append('g').attr('class', 'row');
      g.append('text').attr('class', 'name');
      for (const k of [0, 1, 2]) g.append('line').attr('class', `base b${k}`);
      for (const k of [0, 1]) { g.append('circle').attr('class', `c${k}`); g.append('text').attr('class', `value v${k}`); }
      g.append('rect').attr('class', 'dead');
      g.append('rect').attr('class', 'saturated');
      g.append('text').attr('class', 'value v2');
      return g;
    }).attr('transform', (_, i) => `translate(0 ${top + i * row})`);
    rows.select('.name').attr('y', 0.95 * rem).text((_, i) => this.name(i));
    for (const k of [0, 1, 2]) rows.select(`.b${k}`).attr('x1', k * third).attr('x2', k * third + inner).attr('y1', 1.7 * rem).attr('y2', 1.7 * rem);
    COLUMNS.forEach(([field], k) => {
      rows.select(`.c${k}`).attr('r', 0.36 * rem).attr('cy', 1.7 * rem).attr('cx', (l) => k * third + (l[field] > 0 ? scales[k](l[field]) : 0))
        .classed('nan', (l) => l[field] === null).attr('visibility', (l) => (l[field] === undefined ? 'hidden' : null));
      rows.select(`.v${k}`).attr('x', k * third).attr('y', 3 * rem).text((l) => known(l[field], figure));
    });
    rows.select('.dead').attr('x', 2 * third).attr('y', 1.4 * rem).attr('height', 0.6 * rem).attr('width', (l) => inner * (l.dead || 0));
    rows.select('.saturated').attr('x', (l) => 2 * third + inner * (l.dead || 0)).attr('y', 1.4 * rem).attr('height', 0.6 * rem)
      .attr('width', (l) => inner * Math.min(1 - (l.dead || 0), l.saturated || 0));
    rows.select('.v2').attr('x', 2 * third).attr('y', 3 * rem).text((l) => (third < 13 * rem ? `${known(l.dead, percent)}, ${known(l.saturated, percent)}` : `${known(l.dead, percent)} dead, ${known(l.saturated, percent)} saturated`));
    this.mark();
    const updates = this.layers.map((/** @type {any} */ l) => l.update);
    const broken = updates.some((/** @type {any} */ u) => u === null);
    const none = updates.every((/** @type {any} */ u) => u === undefined);
    const wild = this.layers.findIndex((/** @type {any} */ l) => l.update > 1e-2);
    const still = this.layers.findIndex((/** @type {any} */ l) => l.update < 1e-4);
    this.say(frame.frozen ? 'The model is frozen: it predicts, and no step changes it.'
      : none ? 'No step was traced yet; one is with the next samples.'
      : broken ? 'The last step is not a number in some layer.'
        : wild >= 0 ? `The last step changed the ${this.name(wild)} by ${percent(updates[wild])} of its size: more than usual.`
          : still >= 0 ? `The last step hardly changed the ${this.name(still)} (${figure(updates[still])} of its size): it has little left to learn from that sample.`
            : 'Each layer changes by a usual share of its size at a step.');
  }

  mark() {
    this.svg.select('.rows').selectAll('g.row').classed('here', (_, i) => i === this.at);
  }
}

/** What was not sent is not known, which is not the same as no number. @param {any} value @param {(value: any) => string} how */
const known = (value, how) => (value === undefined ? '–' : how(value));
