// What the network answers everywhere, and the samples that it was asked about.

import {Figure, select, swatch, symbolSwatch} from './figure.js';
import {checker, classColour, classTint, css, diverging, sequential, shape, tokens} from './colors.js';
import {argmax, classOf, isWrong} from './samples.js';
import {count, figure, percent, plural} from './format.js';

const LEAST_GRID = 25;
const MOST_GRID = 100;
const STEPS = 20;

export class SurfaceFigure extends Figure {
  /** @param {() => void} changed the axes were */
  constructor(changed) {
    super('surface', 'Decision surface', '', 'Arrow keys move over the plane.');
    this.canvas = document.createElement('canvas');
    this.plot.append(this.canvas);
    this.svg = d3.select(this.plot).append('svg').attr('aria-hidden', 'true');
    for (const layer of ['contour', 'curve', 'dots', 'axis-x', 'axis-y', 'names', 'cursor']) this.svg.append('g').attr('class', layer);
    this.grid = 50;
    this.changed = changed;
    /** @type {[number, number] | null} as shares of the plane */
    this.at = null;
    this.output = 0;
    this.plot.addEventListener('pointermove', (event) => {
      if (!this.box) return;
      const box = this.plot.getBoundingClientRect();
      const u = (event.clientX - box.left - this.box.left) / this.box.size;
      const v = 1 - (event.clientY - box.top - this.box.top) / this.box.tall;
      this.at = u >= 0 && u <= 1 && v >= 0 && v <= 1 ? [u, v] : null;
      this.cursor();
      this.read();
    });
    this.plot.addEventListener('pointerleave', () => { this.at = null; this.cursor(); this.read(); });
    this.move = (key) => {
      if (key === 'Escape') { this.at = null; this.cursor(); return null; }
      const [u, v] = this.at ?? [0.5, 0.5];
      const du = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
      const dv = key === 'ArrowUp' ? 1 : key === 'ArrowDown' ? -1 : 0;
      const clamp = (/** @type {number} */ t) => Math.max(0, Math.min(1, t));
      this.at = key === 'Home' ? [0, v] : key === 'End' ? [1, v] : [clamp(u + du / STEPS), clamp(v + dv / STEPS)];
      this.cursor();
      return this.reading();
    };
    this.reading = () => {
      if (!this.at || !this.view?.network) return null;
      const {model, network, plane} = this.view;
      const [u, v] = this.here();
      const p = network.forward(plane.at(u, v));
      const where = plane.inputs === 1 ? `${model.features[0]} = ${figure(u)}`
        : `${model.features[plane.a]} = ${figure(u)}, ${model.features[plane.b]} = ${figure(v)}`;
      return `At ${where}: the answer is ${this.answer(p)}.`;
    };
    this.table = () => {
      const {model, samples} = this.view;
      return {
        head: ['offset', ...model.features, 'label', 'prediction', 'loss', ...(model.task === 'regression' ? [] : ['right'])],
        rows: [...samples].reverse().map((/** @type {any} */ s) => [count(s.offset), ...s.x.map((/** @type {number} */ t) => figure(t)),
          s.y.map((/** @type {number} */ t) => figure(t)).join(' '), s.p.map((/** @type {number} */ t) => figure(t)).join(' '), figure(s.loss),
          ...(model.task === 'regression' ? [] : [isWrong(model.task, s, this.output) ? 'no' : 'yes'])]),
      };
    };
  }

  /** The point under the cursor. @returns {[number, number]} */
  here() {
    const {plane} = this.view;
    const [u, v] = this.at ?? [0.5, 0.5];
    return [plane.x[0] + u * (plane.x[1] - plane.x[0]), plane.y[0] + v * (plane.y[1] - plane.y[0])];
  }

  /** @param {Float64Array} p */
  answer(p) {
    const {model} = this.view;
    if (model.task === 'classes') {
      const k = argmax(p);
      return `${model.outputs[k]}, ${percent(p[k])} sure`;
    }
    return model.task === 'regression' ? figure(p[this.output]) : `${figure(p[this.output])}, class ${p[this.output] >= 0.5 ? 1 : 0}`;
  }

  /** The selects, once for each model. @param {any} view */
  choose(view) {
    const {model, plane} = view;
    if (this.of === model) return;
    this.of = model;
    this.output = 0;
    this.at = null;
    this.options.replaceChildren();
    const features = model.features.map((/** @type {string} */ name, /** @type {number} */ i) => [String(i), name]);
    this.axes = [];
    if (plane.isSlice) {
      for (const axis of /** @type {('a' | 'b')[]} */ (['a', 'b'])) {
        const {root, list} = select(axis === 'a' ? 'across' : 'up', features, (value) => {
          plane[axis] = Number(value);
          plane.chosen = true;
          this.changed();
        });
        this.axes.push([axis, list]);
        this.options.append(root);
      }
    }
    if (model.task !== 'classes' && model.outputs.length > 1) {
      this.options.append(select('output', model.outputs.map((/** @type {string} */ name, /** @type {number} */ i) => [String(i), name]), (value) => {
        this.output = Number(value);
        this.changed();
      }).root);
    }
  }

  /** @param {any} view */
  draw(view) {
    this.view = view;
    this.choose(view);
    const {model, network, plane, samples} = view;
    this.root.classList.toggle('empty', !network);
    if (!network) {
      this.why.textContent = '';
      this.say(`With ${count(model.parameters)} parameters no surface is drawn: the weights are not sent, only how they are spread.`);
      return;
    }
    for (const [axis, list] of this.axes) list.value = String(plane[axis]);
    this.heading.textContent = plane.inputs === 1 ? 'The curve' : plane.isSlice ? 'A slice through the answers' : model.task === 'regression' ? 'The answers' : 'Decision surface';
    this.why.textContent = plane.inputs === 1
      ? 'The line is what the network answers; the dots are labels from the topic.'
      : plane.isSlice
        ? 'The colour is what the network answers on this plane while all other features rest at their medians. A sample beside the plane need not match the colour beneath it.'
        : 'The colour is what the network answers at each point, computed here from its weights. The dots are samples from the topic, coloured by their label.';
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const width = this.plot.clientWidth;
    if (width < 50) return;
    const left = 2.8 * rem;
    const below = 2.6 * rem;
    const size = Math.max(100, Math.min(width - left - rem, 30 * rem));
    const tall = plane.inputs === 1 ? size * 0.7 : size;
    this.box = {left: left + Math.max(0, (width - left - rem - size) / 2), top: 0.4 * rem, size, tall};
    this.svg.attr('width', width).attr('height', this.box.top + tall + below);
    const x = d3.scaleLinear(plane.x, [this.box.left, this.box.left + size]);
    let y = d3.scaleLinear(plane.y, [this.box.top + tall, this.box.top]);
    this.canvas.hidden = plane.inputs === 1;
    if (plane.inputs === 1) y = this.curve(x, tall);
    else this.paint();
    this.axis(x, y, rem);
    this.dots(x, y, rem);
    this.cursor();
    this.legends();
    this.say(this.summary());
  }

  /** The colours, as a small picture that the browser enlarges. */
  paint() {
    const {model, network, plane, samples} = this.view;
    const g = this.grid;
    const begun = performance.now();
    const values = new Float64Array(g * g);
    const picture = new ImageData(g, g);
    const outputs = [];
    let [low, high] = [Infinity, -Infinity];
    for (let j = 0; j < g; j++) {
      const v = plane.y[1] - ((j + 0.5) / g) * (plane.y[1] - plane.y[0]);
      for (let i = 0; i < g; i++) {
        const u = plane.x[0] + ((i + 0.5) / g) * (plane.x[1] - plane.x[0]);
        const p = network.forward(plane.at(u, v));
        const k = model.task === 'classes' ? argmax(p) : this.output;
        values[j * g + i] = p[k];
        outputs.push(k);
        if (p[k] < low) low = p[k];
        if (p[k] > high) high = p[k];
      }
    }
    if (model.task === 'regression') {
      for (const s of samples) { low = Math.min(low, s.y[this.output]); high = Math.max(high, s.y[this.output]); }
    }
    this.low = low;
    this.high = high;
    this.colour = (/** @type {number} */ p, /** @type {number} */ k) => (model.task === 'classes' ? classTint(k, p)
      : model.task === 'regression' ? sequential((p - low) / (high - low || 1)) : diverging(2 * p - 1));
    for (let n = 0; n < g * g; n++) {
      const colour = Number.isFinite(values[n]) ? this.colour(values[n], outputs[n]) : checker((n % g) >> 1, Math.floor(n / g) >> 1);
      picture.data.set([...colour, 255], 4 * n);
    }
    const {left, top, size, tall} = this.box;
    Object.assign(this.canvas, {width: g, height: g});
    Object.assign(this.canvas.style, {left: `${left}px`, top: `${top}px`, width: `${size}px`, height: `${tall}px`});
    Object.assign(this.canvas.dataset, {x0: plane.x[0], x1: plane.x[1], y0: plane.y[0], y1: plane.y[1], version: this.view.frame.version});
    this.canvas.getContext('2d')?.putImageData(picture, 0, 0);
    const levels = model.task === 'regression' ? d3.ticks(low, high, 7) : model.task === 'binary' ? [0.5] : [];
    const lines = levels.length && values.every(Number.isFinite) ? d3.contours().size([g, g]).thresholds(levels)(Array.from(values)) : [];
    this.svg.select('.contour').attr('transform', `translate(${left} ${top}) scale(${size / g} ${tall / g})`)
      .attr('class', `contour ${model.task}`).selectAll('path').data(lines).join('path').attr('d', inside(g));
    const took = performance.now() - begun;
    if (took > 8 && this.grid > LEAST_GRID) this.grid = Math.max(LEAST_GRID, this.grid - 5);
    else if (took < 3 && this.grid < MOST_GRID) this.grid += 5;
  }

  /** One input: the answer as a line. */
  curve(x, tall) {
    const {network, plane, samples, model} = this.view;
    const points = d3.range(0, 201).map((i) => {
      const u = plane.x[0] + (i / 200) * (plane.x[1] - plane.x[0]);
      return [u, network.forward(plane.at(u, 0))[this.output]];
    });
    const all = [...points.map((p) => p[1]), ...samples.map((/** @type {any} */ s) => s.y[this.output])].filter(Number.isFinite);
    const [low, high] = model.task === 'regression' ? [d3.min(all) ?? 0, d3.max(all) ?? 1] : [0, 1];
    const pad = 0.08 * (high - low || 1);
    const y = d3.scaleLinear([low - pad, high + pad], [this.box.top + tall, this.box.top]);
    this.svg.select('.curve').selectAll('path').data([points]).join('path')
      .attr('d', d3.line().defined((p) => Number.isFinite(p[1])).x((p) => x(p[0])).y((p) => y(p[1])));
    return y;
  }

  axis(x, y, rem) {
    const {model, plane} = this.view;
    const {left, top, size, tall} = this.box;
    const ticks = Math.max(3, Math.min(6, Math.floor(size / (5 * rem))));
    this.svg.select('.axis-x').attr('transform', `translate(0 ${top + tall})`).call(d3.axisBottom(x).ticks(ticks).tickSize(4).tickFormat((v) => figure(+v)));
    this.svg.select('.axis-y').attr('transform', `translate(${left})`).call(d3.axisLeft(y).ticks(ticks).tickSize(4).tickFormat((v) => figure(+v)));
    const names = [[left + size, top + tall + 2.3 * rem, model.features[plane.a], 'end'],
      [left + 6, top + 1.1 * rem, plane.inputs === 1 ? model.outputs[0] : model.features[plane.b], 'start']];
    this.svg.select('.names').selectAll('text').data(names).join('text')
      .attr('x', (d) => d[0]).attr('y', (d) => d[1]).attr('text-anchor', (d) => d[3]).text((d) => d[2]);
  }

  dots(x, y, rem) {
    const {model, plane, samples} = this.view;
    const inRange = samples.filter((/** @type {any} */ s) => s.x[plane.a] >= plane.x[0] && s.x[plane.a] <= plane.x[1]
      && (plane.inputs === 1 || (s.x[plane.b] >= plane.y[0] && s.x[plane.b] <= plane.y[1])));
    const area = rem * rem * (samples.length > 100 ? 0.16 : 0.24);
    this.svg.select('.dots').selectAll('path').data(inRange).join('path')
      .attr('class', (s) => `dot${isWrong(model.task, s, this.output) ? ' wrong' : ''}${plane.inputs === 1 ? ' plain' : ''}`)
      .attr('transform', (s) => `translate(${x(s.x[plane.a])} ${y(plane.inputs === 1 ? s.y[this.output] : s.x[plane.b])})`)
      .attr('d', (s) => shape(model.task === 'regression' ? 0 : classOf(model.task, s.y, this.output), isWrong(model.task, s, this.output) ? 1.6 * area : area))
      .attr('fill', (s) => (plane.inputs === 1 ? null : model.task === 'classes' ? classColour(argmax(s.y))
        : css(model.task === 'regression' ? this.colour(s.y[this.output], 0) : s.y[this.output] >= 0.5 ? tokens.positive : tokens.negative)));
  }

  cursor() {
    const at = this.at && this.box ? [this.at] : [];
    const {left, top, size, tall} = this.box ?? {left: 0, top: 0, size: 0, tall: 0};
    this.svg.select('.cursor').selectAll('path').data(at).join('path')
      .attr('d', ([u, v]) => `M${left + u * size} ${top}v${tall}M${left} ${top + (1 - v) * tall}h${size}`);
  }

  legends() {
    const {model, plane} = this.view;
    const ring = {mark: swatch('ring'), text: 'predicted wrong'};
    if (plane.inputs === 1) this.explain([{mark: swatch('line'), text: 'answer'}, {mark: swatch('dot'), text: 'label of a sample'}]);
    else if (model.task === 'classes') {
      this.explain([...model.outputs.map((/** @type {string} */ name, /** @type {number} */ k) => ({mark: symbolSwatch(shape(k, 90), classColour(k)), text: name})),
        {mark: swatch('ramp sure'), text: 'the stronger, the surer'}, ring]);
    } else if (model.task === 'regression') {
      this.explain([{mark: swatch('ramp sequential'), text: `${figure(this.low)} to ${figure(this.high)}`}, {mark: swatch('dot'), text: 'a sample, with the colour of its label'}]);
    } else {
      this.explain([{mark: swatch('ramp diverging'), text: 'answer from 0 to 1'},
        {mark: symbolSwatch(shape(0, 90), css(tokens.negative)), text: 'label 0'}, {mark: symbolSwatch(shape(1, 90), css(tokens.positive)), text: 'label 1'}, ring]);
    }
  }

  summary() {
    const {model, network, plane, samples} = this.view;
    if (!network.isFinite) return 'Some weights are not a number, so there is no answer anywhere: the pattern marks that.';
    if (samples.length === 0) return 'No sample was seen yet.';
    const seen = `Of the last ${plural(samples.length, 'sample')}`;
    if (model.task === 'regression') {
      const errors = samples.map((/** @type {any} */ s) => Math.abs(s.p[this.output] - s.y[this.output])).sort(d3.ascending);
      return `${seen}, half were predicted to within ${figure(d3.quantileSorted(errors, 0.5))}.${this.fidelity()}`;
    }
    const wrong = samples.filter((/** @type {any} */ s) => isWrong(model.task, s, this.output)).length;
    return `${seen}, ${wrong === 0 ? 'none was' : wrong === 1 ? 'one was' : `${count(wrong)} were`} predicted wrong.${this.fidelity()}`;
  }

  /** How far a slice can be believed. */
  fidelity() {
    const {model, network, plane, samples} = this.view;
    if (!plane.isSlice || model.task === 'regression') return '';
    const same = samples.filter((/** @type {any} */ s) =>
      classOf(model.task, network.forward(plane.at(s.x[plane.a], s.x[plane.b])), this.output) === classOf(model.task, s.p, this.output)).length;
    return ` Fidelity of this slice: for ${percent(same / samples.length)} of them the colour beneath is what was really predicted.`;
  }
}

/** Contours close along the border of the grid; only what is inside is a line to see. @param {number} g */
const inside = (g) => (/** @type {any} */ contour) => {
  const edge = (/** @type {number[]} */ p) => p[0] <= 0.01 || p[0] >= g - 0.01 || p[1] <= 0.01 || p[1] >= g - 0.01;
  let path = '';
  for (const polygon of contour.coordinates) {
    for (const ring of polygon) {
      ring.forEach((/** @type {number[]} */ p, /** @type {number} */ n) => {
        const jump = n === 0 || (edge(p) && edge(ring[n - 1]));
        path += `${jump ? 'M' : 'L'}${p[0].toFixed(2)} ${p[1].toFixed(2)}`;
      });
    }
  }
  return path;
};
