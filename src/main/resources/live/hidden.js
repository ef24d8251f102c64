// The last hidden layer's space: what the hidden neurons make of the samples, and the line that the output draws there.

import {Figure, select, swatch, symbolSwatch} from './figure.js';
import {classColour, css, sequential, shape, tokens} from './colors.js';
import {argmax, classOf} from './samples.js';
import {figure, percent, plural} from './format.js';

const LINES = 11;

export class HiddenFigure extends Figure {
  constructor() {
    super('hidden', 'Hidden space', 'One neuron can only draw a straight line. The hidden layer moves the samples until one straight line is enough: that is how XOR becomes separable.',
      'Arrow keys move from sample to sample.');
    this.svg = d3.select(this.plot).append('svg').attr('aria-hidden', 'true');
    for (const layer of ['sides', 'warp', 'border', 'dots', 'names', 'cursor']) this.svg.append('g').attr('class', layer);
    this.pair = 'output';
    this.at = -1;
    this.move = (key) => {
      const n = this.placed?.length ?? 0;
      this.at = key === 'Escape' || n === 0 ? -1 : key === 'Home' ? 0 : key === 'End' ? n - 1
        : Math.max(0, Math.min(n - 1, this.at + (key === 'ArrowRight' || key === 'ArrowUp' ? 1 : -1)));
      this.cursor();
      return this.reading();
    };
    this.reading = () => {
      const p = this.at < 0 ? null : this.placed?.[this.at];
      return p ? `Sample ${p.sample.offset}, label ${this.view.model.task === 'classes' ? this.view.model.outputs[argmax(p.sample.y)] : figure(p.sample.y[0])}: hidden values ${Array.from(p.h).slice(0, 8).map((v) => figure(v, 2)).join(', ')}.` : null;
    };
    this.table = () => ({
      head: ['offset', 'label', ...Array.from({length: Math.min(12, this.units ?? 0)}, (_, j) => `h${j + 1}`)],
      rows: (this.placed ?? []).map((p) => [p.sample.offset, p.sample.y.map((t) => figure(t)).join(' '), ...Array.from(p.h).slice(0, 12).map((t) => figure(t))]),
    });
  }

  /** @param {any} view */
  draw(view) {
    this.view = view;
    const {model, network, plane, samples} = view;
    const layers = model.layers.length;
    this.root.hidden = !network || layers < 3;
    if (this.root.hidden) return;
    const units = this.units = model.layers[layers - 2];
    if (this.of !== model) {
      this.of = model;
      this.pair = units === 2 || model.task === 'classes' ? '0,1' : 'output';
      this.at = -1;
      const choices = /** @type {[string, string][]} */ (model.task === 'classes' ? [] : [['output', 'along the output']]);
      for (let a = 0; a < Math.min(units, 8); a++) for (let b = a + 1; b < Math.min(units, 8); b++) choices.push([`${a},${b}`, `h${a + 1} and h${b + 1}`]);
      const {root, list} = select('view', choices, (value) => { this.pair = value; this.draw(this.view); });
      list.value = this.pair;
      this.options.replaceChildren(...(choices.length > 1 ? [root] : []));
    }
    const hidden = () => network.values[layers - 3];
    const w = network.weights[layers - 2].map((/** @type {Float64Array} */ row) => row[0]);
    const bias = network.biases[layers - 2][0];
    this.placed = samples.map((/** @type {any} */ sample) => { network.forward(sample.x); return {sample, h: Float64Array.from(hidden())}; });
    const width = this.plot.clientWidth;
    if (width < 50 || samples.length === 0 || !network.isFinite) {
      this.svg.attr('height', 0);
      this.say(network.isFinite ? 'No sample was seen yet.' : 'Some weights are not a number, so there is no hidden space to show.');
      return;
    }
    const project = this.projection(w, units);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const tall = Math.min(width * 0.8, 24 * rem);
    this.svg.attr('width', width).attr('height', tall);
    const points = this.placed.map((p) => project(p.h));
    const warp = plane.inputs === 2 ? this.warp(hidden, project) : [];
    const all = [...points, ...warp.flat()];
    const scale = (/** @type {number} */ c, /** @type {[number, number]} */ range) => {
      const [low, high] = /** @type {[number, number]} */ (d3.extent(all, (p) => p[c]));
      const pad = 0.1 * (high - low) || 0.1;
      return d3.scaleLinear([low - pad, high + pad], range);
    };
    const x = this.x = scale(0, [0.6 * rem, width - 0.6 * rem]);
    const y = this.y = scale(1, [tall - 1.6 * rem, 0.6 * rem]);
    this.points = points;
    this.svg.select('.warp').selectAll('path').data(warp).join('path').attr('d', d3.line().x((p) => x(p[0])).y((p) => y(p[1])));
    const border = model.task === 'binary' ? this.border(w, bias, model) : null;
    this.svg.select('.border').selectAll('path').data(border ? [border] : []).join('path')
      .attr('d', ([p, q]) => `M${x(p[0])} ${y(p[1])}L${x(q[0])} ${y(q[1])}`);
    const area = rem * rem * 0.26;
    const [low, high] = /** @type {[number, number]} */ (d3.extent(samples, (/** @type {any} */ s) => s.y[0]));
    this.svg.select('.dots').selectAll('path').data(this.placed).join('path').attr('class', 'dot')
      .attr('transform', (_, i) => `translate(${x(points[i][0])} ${y(points[i][1])})`)
      .attr('d', ({sample}) => shape(model.task === 'regression' ? 0 : classOf(model.task, sample.y), area))
      .attr('fill', ({sample}) => (model.task === 'classes' ? classColour(argmax(sample.y)) : model.task === 'regression'
        ? css(sequential((sample.y[0] - low) / (high - low || 1))) : css(sample.y[0] >= 0.5 ? tokens.positive : tokens.negative)));
    const pair = this.pair.split(',').map(Number);
    const names = this.pair === 'output' ? ['towards the output 1 →', 'where the samples differ most beside that ↑'] : [`h${pair[0] + 1} →`, `h${pair[1] + 1} ↑`];
    this.svg.select('.names').selectAll('text').data(names).join('text').attr('x', (_, i) => (i ? 0.3 * rem : width - 0.3 * rem))
      .attr('y', (_, i) => (i ? 1.1 * rem : tall - 0.3 * rem)).attr('text-anchor', (_, i) => (i ? 'start' : 'end')).text((d) => d);
    this.explain([...(model.task === 'binary' ? [{mark: symbolSwatch(shape(0, 90), css(tokens.negative)), text: 'label 0'}, {mark: symbolSwatch(shape(1, 90), css(tokens.positive)), text: 'label 1'},
      {mark: swatch('line'), text: this.pair === 'output' ? 'where the output is undecided' : 'the same, with the other units at their means'}]
      : model.task === 'classes' ? model.outputs.map((/** @type {string} */ n, /** @type {number} */ k) => ({mark: symbolSwatch(shape(k, 90), classColour(k)), text: n}))
        : [{mark: swatch('ramp sequential'), text: 'label, low to high'}]),
    ...(warp.length ? [{mark: swatch('thin'), text: 'the grid of the two inputs, as the hidden layer bends it'}] : [])]);
    this.cursor();
    this.say(this.summary(w, bias));
  }

  /** @param {number[]} w @param {number} units @returns {(h: ArrayLike<number>) => [number, number]} */
  projection(w, units) {
    if (this.pair !== 'output') {
      const [a, b] = this.pair.split(',').map(Number);
      return (h) => [h[a], h[b]];
    }
    const norm = Math.hypot(...w) || 1;
    const unit = w.map((v) => v / norm);
    const dot = (/** @type {ArrayLike<number>} */ p, /** @type {ArrayLike<number>} */ q) => { let s = 0; for (let i = 0; i < units; i++) s += p[i] * q[i]; return s; };
    // The direction of the most variance beside the output's own, by power iteration from the last one.
    let v = this.last?.length === units ? this.last : unit.map((_, i) => ((i * 7 + 3) % 5) - 2);
    const mean = Array.from({length: units}, (_, i) => d3.mean(this.placed, (p) => p.h[i]) ?? 0);
    const centred = this.placed.map((p) => { const c = Array.from(p.h, (t, i) => t - mean[i]); const k = dot(c, unit); return c.map((t, i) => t - k * unit[i]); });
    for (let n = 0; n < 12; n++) {
      const next = new Array(units).fill(0);
      for (const c of centred) { const k = dot(c, v); for (let i = 0; i < units; i++) next[i] += k * c[i]; }
      const length = Math.hypot(...next);
      if (length < 1e-12) break;
      v = next.map((t) => t / length);
    }
    this.last = v;
    const across = v;
    return (h) => [dot(h, unit), dot(h, across)];
  }

  warp(hidden, project) {
    const {network, plane} = this.view;
    const lines = [];
    for (const flip of [false, true]) {
      for (let i = 0; i < LINES; i++) {
        lines.push(d3.range(0, 25).map((k) => {
          const [s, t] = flip ? [k / 24, i / (LINES - 1)] : [i / (LINES - 1), k / 24];
          network.forward(plane.at(plane.x[0] + s * (plane.x[1] - plane.x[0]), plane.y[0] + t * (plane.y[1] - plane.y[0])));
          return project(hidden());
        }));
      }
    }
    return lines;
  }

  /** The sum at which the output is undecided. */
  level(model) {
    return model.activations[model.activations.length - 1] === 'sigmoid' ? 0 : 0.5;
  }

  border(w, bias, model) {
    const [x0, x1] = this.x.domain();
    const [y0, y1] = this.y.domain();
    const level = this.level(model);
    if (this.pair === 'output') {
      const at = (level - bias) / (Math.hypot(...w) || 1);
      return at < x0 || at > x1 ? null : [[at, y0], [at, y1]];
    }
    const [a, b] = this.pair.split(',').map(Number);
    const rest = bias - level + d3.sum(w, (v, i) => (i === a || i === b ? 0 : v * (d3.mean(this.placed, (p) => p.h[i]) ?? 0)));
    if (Math.abs(w[b]) > Math.abs(w[a]) * ((y1 - y0) / (x1 - x0)) ** -1) {
      return [[x0, -(rest + w[a] * x0) / w[b]], [x1, -(rest + w[a] * x1) / w[b]]];
    }
    return [[-(rest + w[b] * y0) / w[a], y0], [-(rest + w[b] * y1) / w[a], y1]];
  }

  cursor() {
    const p = this.at >= 0 && this.points?.[this.at] ? [this.points[this.at]] : [];
    this.svg.select('.cursor').selectAll('circle').data(p).join('circle').attr('r', 12).attr('cx', (d) => this.x(d[0])).attr('cy', (d) => this.y(d[1]));
  }

  summary(w, bias) {
    const {model} = this.view;
    if (model.task !== 'binary') return `The last ${plural(this.placed.length, 'sample')} as the ${this.units} units of the last hidden layer see them.`;
    const level = this.level(model);
    const right = this.placed.filter((p) => (d3.sum(w, (v, i) => v * p.h[i]) + bias >= level) === (p.sample.y[0] >= 0.5)).length;
    return right === this.placed.length
      ? `Here a straight line separates the labels: all of the last ${plural(right, 'sample')} lie on their side.`
      : `Here no straight line separates the labels yet: ${percent(right / this.placed.length)} of the last ${plural(this.placed.length, 'sample')} lie on their side of the output's line.`;
  }
}
