// The network itself: what each neuron answers over the plane, and the weights between them.

import {Figure, swatch} from './figure.js';
import {checker, css, diverging, tokens} from './colors.js';
import {count, figure} from './format.js';

const GRID = 18;
const MOST_EDGES = 300;
/** Of a long layer so many units are drawn. */
const MOST_UNITS = 12;

export class DiagramFigure extends Figure {
  constructor() {
    super('network', 'The network', '', 'Arrow keys move from neuron to neuron.');
    this.svg = d3.select(this.plot).append('svg').attr('aria-hidden', 'true');
    for (const layer of ['edges', 'nodes', 'values']) this.svg.append('g').attr('class', layer);
    /** @type {[number, number] | null} column and unit */
    this.at = null;
    this.picture = document.createElement('canvas');
    this.move = (key) => {
      const sizes = this.view?.model.layers;
      if (!sizes || key === 'Escape') { this.at = null; this.highlight(); return null; }
      let [l, j] = this.at ?? [0, -1];
      if (this.at === null) j = 0;
      else if (key === 'ArrowRight') l++;
      else if (key === 'ArrowLeft') l--;
      else if (key === 'ArrowDown') j++;
      else if (key === 'ArrowUp') j--;
      else j = key === 'Home' ? 0 : Infinity;
      l = Math.max(0, Math.min(sizes.length - 1, l));
      this.at = [l, Math.max(0, Math.min(sizes[l] - 1, j))];
      this.highlight();
      return this.reading();
    };
    this.reading = () => {
      if (!this.at || !this.view) return null;
      const [l, j] = this.at;
      const {network} = this.view;
      if (l === 0) return `Input ${this.name(l, j)}.`;
      if (!network) return `${this.name(l, j)}.`;
      const incoming = network.weights[l - 1].map((/** @type {Float64Array} */ row, /** @type {number} */ i) => ({i, w: row[j]}))
        .sort((/** @type {any} */ p, /** @type {any} */ q) => Math.abs(q.w) - Math.abs(p.w));
      const told = incoming.slice(0, 4).map((/** @type {any} */ e) => `${figure(e.w)} from ${this.name(l - 1, e.i)}`).join(', ');
      return `${this.name(l, j)}: ${this.view.model.activations[l - 1]}, bias ${figure(network.biases[l - 1][j])}; weights ${told}${incoming.length > 4 ? ` and ${incoming.length - 4} more` : ''}.`;
    };
    this.table = () => {
      const {network, model, frame} = this.view;
      if (!network) return {head: ['layer', 'from', 'to'], rows: (frame.histograms ?? []).map((/** @type {any} */ h) => [h.layer + 1, figure(h.min), figure(h.max)])};
      const rows = [];
      for (let l = 0; l < network.weights.length; l++) {
        for (let j = 0; j < model.layers[l + 1]; j++) {
          rows.push([this.name(l + 1, j), 'bias', figure(network.biases[l][j])]);
          for (let i = 0; i < model.layers[l]; i++) rows.push([this.name(l + 1, j), this.name(l, i), figure(network.weights[l][i][j])]);
        }
      }
      return {head: ['neuron', 'from', 'weight'], rows};
    };
  }

  /** @param {number} l @param {number} j */
  name(l, j) {
    const {model} = this.view;
    if (l === 0) return model.features[j];
    if (l === model.layers.length - 1) return model.outputs[j];
    return model.layers.length === 3 ? `h${j + 1}` : `h${l}.${j + 1}`;
  }

  /** @param {any} view */
  draw(view) {
    this.view = view;
    const {model, network, frame} = view;
    if (this.of !== model) { this.of = model; this.at = null; }
    const width = this.plot.clientWidth;
    if (width < 50) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const edges = d3.sum(d3.pairs(model.layers), ([a, b]) => a * b);
    const kind = !network ? 'histograms' : edges > MOST_EDGES ? 'matrices' : 'neurons';
    if (this.kind !== kind) {
      this.kind = kind;
      for (const layer of ['edges', 'nodes', 'values']) this.svg.select(`.${layer}`).selectAll('*').remove();
    }
    const shape = model.layers.join('–');
    if (kind === 'histograms') this.histograms(frame, width, rem);
    else if (kind === 'matrices') this.matrices(width, rem);
    else this.neurons(width, rem);
    if (!network) {
      this.say(`${shape}: with ${count(model.parameters)} parameters only the spread of each layer's weights is shown.`);
      return;
    }
    let strongest = {w: 0, text: ''};
    network.weights.forEach((/** @type {Float64Array[]} */ rows, /** @type {number} */ l) => rows.forEach((row, i) => row.forEach((w, j) => {
      if (Math.abs(w) > Math.abs(strongest.w)) strongest = {w, text: `from ${this.name(l, i)} to ${this.name(l + 1, j)}`};
    })));
    this.say(network.isFinite
      ? `${shape}, ${count(model.parameters)} parameters. The strongest weight, ${figure(strongest.w)}, leads ${strongest.text}.`
      : `${shape}. Some weights are not a number: an overflow has destroyed this version.`);
  }

  neurons(width, rem) {
    const {model, network} = this.view;
    const sizes = model.layers;
    const most = Math.min(MOST_UNITS, Math.max(...sizes));
    const side = Math.max(1.6 * rem, Math.min(5.4 * rem, (27 * rem) / most - 0.6 * rem, width / (sizes.length * 1.75)));
    const gap = side + Math.min(1.2 * rem, side * 0.3);
    const tall = Math.max(most * gap + 2 * rem, 14 * rem);
    this.svg.attr('width', width).attr('height', tall);
    const pad = Math.max(side / 2 + 4, 2.4 * rem);
    const column = d3.scaleLinear([0, sizes.length - 1], [pad, width - pad]);
    const nodes = [];
    for (let l = 0; l < sizes.length; l++) {
      const shown = Math.min(sizes[l], MOST_UNITS);
      // Where there is room for names they get it.
      const apart = shown * (side + 1.5 * rem) <= tall - rem ? side + 1.5 * rem : gap;
      for (let j = 0; j < shown; j++) {
        nodes.push({l, j, x: column(l), y: tall / 2 - 0.4 * rem + (j - (shown - 1) / 2) * apart, named: apart - side >= 0.9 * rem});
      }
    }
    const place = new Map(nodes.map((n) => [`${n.l}.${n.j}`, n]));
    const largest = d3.max(network.weights, (rows) => d3.max(rows, (row) => d3.max(row, Math.abs))) || 1;
    const edges = [];
    for (let l = 0; l < network.weights.length; l++) {
      for (let i = 0; i < sizes[l]; i++) {
        for (let j = 0; j < sizes[l + 1]; j++) {
          const from = place.get(`${l}.${i}`);
          const to = place.get(`${l + 1}.${j}`);
          if (from && to) edges.push({l, i, j, from, to, w: network.weights[l][i][j]});
        }
      }
    }
    const bend = d3.linkHorizontal();
    this.svg.select('.edges').selectAll('path').data(edges).join('path')
      .attr('class', (e) => (Number.isNaN(e.w) ? 'edge nan' : e.w < 0 ? 'edge negative' : 'edge positive'))
      .attr('d', (e) => bend({source: [e.from.x + side / 2, e.from.y], target: [e.to.x - side / 2, e.to.y]}))
      .attr('stroke-width', (e) => 0.6 + (0.36 * rem * Math.abs(e.w || 0)) / largest);
    const pictures = this.pictures(nodes);
    const group = this.svg.select('.nodes').selectAll('g').data(nodes, (n) => `${n.l}.${n.j}`).join((enter) => {
      const g = enter.append('g').attr('class', 'node');
      g.append('image').attr('preserveAspectRatio', 'none');
      g.append('rect').attr('class', 'frame');
      g.append('text');
      g.on('pointerenter', (_, n) => { this.at = [n.l, n.j]; this.highlight(); this.read(); })
        .on('pointerleave', () => { this.at = null; this.highlight(); this.read(); });
      return g;
    }).attr('transform', (n) => `translate(${n.x - side / 2} ${n.y - side / 2})`);
    group.select('image').attr('width', side).attr('height', side).attr('href', (n) => pictures.get(n));
    group.select('.frame').attr('width', side).attr('height', side).attr('rx', 3);
    group.select('text').attr('x', side / 2).attr('y', side + 0.95 * rem * 0.8).attr('text-anchor', 'middle')
      .text((n) => (n.named ? this.name(n.l, n.j) : ''));
    this.heading.textContent = 'The network';
    this.why.textContent = `Each square is what one neuron answers over the same plane as the surface. Learning bends these simple pieces until the last one, their weighted sum, is right.${Math.max(...sizes) > MOST_UNITS ? ` Of each layer the first ${MOST_UNITS} units are drawn.` : ''}`;
    this.explain([{mark: swatch('edge-positive'), text: 'positive weight'}, {mark: swatch('edge-negative'), text: 'negative weight'},
      {mark: swatch('wide'), text: 'the wider the larger'}, {mark: swatch('ramp diverging'), text: 'a neuron: low to high'}]);
    this.highlight();
  }

  /** The heat map of each neuron as the address of a small picture. */
  pictures(nodes) {
    const {network, plane, model} = this.view;
    const values = nodes.map(() => new Float64Array(GRID * GRID));
    for (let p = 0; p < GRID; p++) {
      const v = plane.y[1] - ((p + 0.5) / GRID) * (plane.y[1] - plane.y[0]);
      for (let q = 0; q < GRID; q++) {
        const u = plane.x[0] + ((q + 0.5) / GRID) * (plane.x[1] - plane.x[0]);
        const x = plane.at(u, plane.inputs === 1 ? 0 : v);
        network.forward(x);
        nodes.forEach((n, k) => { values[k][p * GRID + q] = n.l === 0 ? x[n.j] : network.values[n.l - 1][n.j]; });
      }
    }
    this.picture.width = this.picture.height = GRID;
    const context = this.picture.getContext('2d');
    const made = new Map();
    nodes.forEach((n, k) => {
      const [low, high] = d3.extent(values[k]);
      const activation = n.l === 0 ? 'input' : model.activations[n.l - 1];
      // Bounded activations keep their own scale; the others are shown around 0, inputs around their middle.
      const scale = activation === 'sigmoid' || activation === 'softmax' ? (/** @type {number} */ a) => 2 * a - 1
        : activation === 'tanh' ? (/** @type {number} */ a) => a
          : activation === 'input' ? (/** @type {number} */ a) => (high > low ? (2 * (a - low)) / (high - low) - 1 : 0)
            : (/** @type {number} */ a) => a / (Math.max(Math.abs(low ?? 0), Math.abs(high ?? 0)) || 1);
      const picture = new ImageData(GRID, GRID);
      values[k].forEach((a, m) => picture.data.set([...(Number.isFinite(a) ? diverging(scale(a)) : checker(m % GRID, Math.floor(m / GRID))), 255], 4 * m));
      context?.putImageData(picture, 0, 0);
      made.set(n, this.picture.toDataURL());
    });
    return made;
  }

  /** The edges of the neuron under the cursor stand out. */
  highlight() {
    const at = this.at;
    this.svg.select('.edges').selectAll('path').classed('quiet', (e) => !!at && this.kind === 'neurons'
      && !(e.l + 1 === at[0] && e.j === at[1]) && !(e.l === at[0] && e.i === at[1]));
    this.svg.select('.nodes').selectAll('.node').classed('here', (n) => !!at && n.l === at[0] && n.j === at[1]);
  }

  /** Too many edges to tell apart: a matrix for each layer, inputs down, outputs across. */
  matrices(width, rem) {
    const {network, model} = this.view;
    const largest = d3.max(network.weights, (rows) => d3.max(rows, (row) => d3.max(row, Math.abs))) || 1;
    const total = d3.sum(network.weights, (rows) => rows[0].length) + 2 * network.weights.length;
    const cell = Math.max(1.2, Math.min(1.1 * rem, (width - network.weights.length * 1.5 * rem) / total, (20 * rem) / d3.max(model.layers)));
    let x = 0;
    const boxes = network.weights.map((/** @type {Float64Array[]} */ rows, /** @type {number} */ l) => {
      const box = {l, x, w: Math.max(cell * rows[0].length, 0.8 * rem), h: cell * rows.length, href: ''};
      const picture = new ImageData(rows[0].length, rows.length);
      rows.forEach((row, i) => row.forEach((w, j) => picture.data.set([...(Number.isFinite(w) ? diverging(w / largest) : checker(i, j)), 255], 4 * (i * row.length + j))));
      Object.assign(this.picture, {width: rows[0].length, height: rows.length});
      this.picture.getContext('2d')?.putImageData(picture, 0, 0);
      box.href = this.picture.toDataURL();
      x += box.w + 1.5 * rem;
      return box;
    });
    const tall = d3.max(boxes, (b) => b.h) + 3 * rem;
    const shift = Math.max(0, (width - x + 1.5 * rem) / 2);
    this.svg.attr('width', width).attr('height', tall);
    this.svg.select('.nodes').selectAll('image').data(boxes).join('image').attr('class', 'sharp').attr('preserveAspectRatio', 'none')
      .attr('x', (b) => b.x + shift).attr('y', (b) => (tall - 2 * rem - b.h) / 2).attr('width', (b) => b.w).attr('height', (b) => b.h).attr('href', (b) => b.href);
    this.svg.select('.values').selectAll('text').data(boxes).join('text').attr('x', (b) => b.x + shift + b.w / 2).attr('y', tall - 0.6 * rem)
      .attr('text-anchor', 'middle').text((b) => `${model.layers[b.l]} × ${model.layers[b.l + 1]}`);
    this.why.textContent = `With more than ${MOST_EDGES} weights lines would hide each other, so each layer is its matrix: a row for each input, a column for each neuron.`;
    this.explain([{mark: swatch('ramp diverging'), text: 'a weight, from negative to positive'}]);
  }

  histograms(frame, width, rem) {
    const all = frame.histograms ?? [];
    const row = 6 * rem;
    this.svg.attr('width', width).attr('height', row * all.length + rem);
    const bars = all.flatMap((/** @type {any} */ h) => h.counts.map((/** @type {number} */ c, /** @type {number} */ i) => ({
      x: (width * i) / h.counts.length, w: width / h.counts.length - 1, l: h.layer,
      h: ((row - 2.2 * rem) * c) / Math.max(1, ...h.counts), sign: i < h.counts.length / 2 ? 'negative' : 'positive',
    })));
    this.svg.select('.nodes').selectAll('rect').data(bars).join('rect').attr('class', (b) => `bar ${b.sign}`)
      .attr('x', (b) => b.x).attr('width', (b) => b.w).attr('y', (b) => row * (b.l + 1) - b.h - 0.8 * rem).attr('height', (b) => b.h);
    this.svg.select('.values').selectAll('text').data(all).join('text').attr('x', 0).attr('y', (h) => row * h.layer + 1.2 * rem)
      .text((h) => `layer ${h.layer + 1}: weights from ${figure(h.min)} to ${figure(h.max)}`);
    this.why.textContent = 'How many weights of each layer have which size. Weights that all drift outwards are a sign of a learning rate that is too high.';
    this.explain([{mark: swatch('edge-negative'), text: 'lower half of the range'}, {mark: swatch('edge-positive'), text: 'upper half of the range'}]);
  }
}
