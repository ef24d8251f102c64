// The loss over the samples, on a logarithmic axis, and below it how often the model is right beside its baselines.

import {Figure, swatch} from './figure.js';
import {History} from './history.js';
import {count, figure, isNumber, percent} from './format.js';

export class LossFigure extends Figure {
  constructor() {
    super('loss', 'Loss', 'The loss is prequential: every sample is predicted before the network learns from it, so nothing here is rehearsed.',
      'Arrow keys move through the run.');
    this.svg = d3.select(this.plot).append('svg').attr('aria-hidden', 'true');
    for (const layer of ['grid', 'axis-y', 'axis-x', 'axis-score', 'band', 'line', 'scores', 'marks', 'nans', 'cursor']) {
      this.svg.append('g').attr('class', layer);
    }
    this.history = new History();
    /** @type {number | null} */
    this.at = null;
    /** @type {any[]} */
    this.marks = [];
    this.plot.addEventListener('pointermove', (event) => {
      if (!this.x) return;
      const bins = this.history.bins;
      const value = this.x.invert(event.offsetX);
      this.at = d3.bisector((/** @type {any} */ bin) => bin.to).left(bins, value, 0, bins.length - 1);
      this.cursor();
      this.read();
    });
    this.plot.addEventListener('pointerleave', () => { this.at = null; this.cursor(); this.read(); });
    this.move = (key) => {
      const last = this.history.bins.length - 1;
      if (key === 'Escape') this.at = null;
      else if (key === 'Home') this.at = 0;
      else if (key === 'End' || this.at === null) this.at = last;
      else this.at = Math.max(0, Math.min(last, this.at + (key === 'ArrowRight' || key === 'ArrowUp' ? 1 : -1)));
      this.cursor();
      return this.reading();
    };
    this.reading = () => {
      const bin = this.at === null ? null : this.history.bins[this.at];
      return bin ? `At sample ${count(bin.to)}: loss ${figure(bin.last)}${bin.max > bin.min ? ` (${figure(bin.min)} to ${figure(bin.max)})` : ''}, ${this.score(bin.also)}.` : null;
    };
    this.table = () => ({
      head: ['sample', 'loss', 'lowest', 'highest', ...this.names().map(([, name]) => name)],
      rows: [...this.history.bins].reverse().map((bin) => [count(bin.to), figure(bin.last), figure(bin.min), figure(bin.max),
        ...this.names().map(([key]) => (this.regression ? figure(bin.also[key]) : percent(bin.also[key])))]),
    });
  }

  /** @returns {[string, string][]} */
  names() {
    return this.regression
      ? [['mae', 'mean absolute error'], ['baselineMae', 'baseline: the mean label']]
      : [['accuracy', 'accuracy'], ['majority', 'baseline: the most frequent class'], ['last', 'baseline: the last label again']];
  }

  /** @param {Record<string, number>} also */
  score(also) {
    return this.regression ? `mean absolute error ${figure(also.mae)} (baseline ${figure(also.baselineMae)})`
      : `accuracy ${percent(also.accuracy)} (baseline ${percent(also.majority)})`;
  }

  /** @param {any} model @param {any} frame */
  draw(model, frame) {
    this.regression = model.task === 'regression';
    const w = frame.window;
    const also = Object.fromEntries(this.names().map(([key]) => [key, w[key] ?? NaN]));
    this.history.add(frame.samples, w.loss ?? NaN, also);
    // A mark comes in one frame only, and stays to be seen.
    for (const mark of frame.marks ?? []) {
      if (!this.marks.some((kept) => kept.version === mark.version && kept.text === mark.text)) this.marks.push(mark);
    }
    this.marks = this.marks.slice(-256);
    this.explain([
      {mark: swatch('line'), text: `loss over ${count(w.size ?? 1000)} samples, with its lowest and highest`},
      {mark: swatch('line score'), text: this.names()[0][1]},
      ...this.names().slice(1).map(([, text], i) => ({mark: swatch(i ? 'dash sparse' : 'dash'), text})),
    ]);
    this.render();
    const bins = this.history.bins;
    const first = bins.find((bin) => Number.isFinite(bin.last));
    const now = isNumber(w.loss)
      ? `The loss over the last ${count(w.size ?? 1000)} samples is ${figure(w.loss)}`
        + (first && first.last > w.loss * 1.05 ? `; it was ${figure(first.last)} when this page was opened` : '')
      : 'The loss is not a number: the last window holds an overflow';
    this.say(`${now}. ${capital(this.score(also))}.`);
  }

  render() {
    const bins = this.history.bins;
    const width = this.plot.clientWidth;
    if (width < 50 || bins.length === 0) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const left = 4.1 * rem;
    const right = width - 0.8 * rem;
    const tall = 20 * rem;
    const cut = 12.5 * rem;
    const from = bins[0].from;
    const to = Math.max(bins[bins.length - 1].to, from + 1);
    const x = this.x = d3.scaleLinear([from, to], [left, right]);
    const finite = bins.filter((bin) => bin.max > 0);
    const low = Math.max(1e-12, d3.min(finite, (bin) => (bin.min > 0 ? bin.min : bin.max)) ?? 0.01);
    const high = d3.max(finite, (bin) => bin.max) ?? 1;
    // Whole decades, unless there is not even one.
    const y = this.y = d3.scaleLog([Math.min(low * 0.8, high / 4), high * 1.25], [cut - 1.2 * rem, 0.8 * rem]).clamp(true);
    const scores = this.names().map(([key]) => key);
    const top = this.regression ? d3.max(bins, (bin) => d3.max(scores, (key) => bin.also[key])) || 1 : 1;
    const lowest = this.regression ? 0 : Math.min(0.4, d3.min(bins, (bin) => d3.min(scores, (key) => bin.also[key])) ?? 0);
    const s = d3.scaleLinear([lowest, top], [tall - 2 * rem, cut + 0.6 * rem]).clamp(true);
    const svg = this.svg.attr('width', width).attr('height', tall);
    const decades = y.ticks().filter((t) => /^[125]/.test(String(t / 10 ** Math.floor(Math.log10(t) + 1e-9))));
    const wanted = decades.length > 6 ? decades.filter((t) => Math.abs(Math.log10(t) % 1) < 1e-9) : decades;
    svg.select('.grid').selectAll('line').data([...wanted.map(y), ...s.ticks(3).map(s)]).join('line')
      .attr('x1', left).attr('x2', right).attr('y1', (d) => d).attr('y2', (d) => d);
    svg.select('.axis-y').attr('transform', `translate(${left})`).call(d3.axisLeft(y).tickValues(wanted).tickSize(0).tickPadding(8).tickFormat((v) => figure(+v)));
    svg.select('.axis-score').attr('transform', `translate(${left})`)
      .call(d3.axisLeft(s).tickValues(s.ticks(3)).tickSize(0).tickPadding(8).tickFormat((v) => (this.regression ? figure(+v) : percent(+v))));
    const ticks = Math.max(2, Math.floor(width / (9 * rem)));
    svg.select('.axis-x').attr('transform', `translate(0 ${tall - 1.7 * rem})`)
      .call(d3.axisBottom(x).ticks(ticks).tickSize(0).tickPadding(6).tickFormat((v) => count(+v)));
    const middle = (/** @type {any} */ bin) => (bin.from + bin.to) / 2;
    svg.select('.band').selectAll('path').data([bins]).join('path')
      .attr('d', d3.area().defined((b) => b.max > 0).x((b) => x(middle(b))).y0((b) => y(b.min || low)).y1((b) => y(b.max)));
    svg.select('.line').selectAll('path').data([bins]).join('path')
      .attr('d', d3.line().defined((b) => b.last > 0).x((b) => x(middle(b))).y((b) => y(b.last)));
    svg.select('.scores').selectAll('path').data(scores).join('path').attr('class', (_, i) => `score-${i}`)
      .attr('d', (key) => d3.line().defined((b) => Number.isFinite(b.also[key])).x((b) => x(middle(b))).y((b) => s(b.also[key]))(bins));
    svg.select('.nans').selectAll('path').data(bins.filter((b) => b.nan)).join('path')
      .attr('d', d3.symbol(d3.symbolTriangle, 70)()).attr('transform', (b) => `translate(${x(middle(b))} ${cut - 1.4 * rem})`);
    const shown = this.marks.filter((mark) => mark.version >= from && mark.version <= to);
    const marks = svg.select('.marks').selectAll('g').data(shown).join((enter) => {
      const g = enter.append('g');
      g.append('line');
      g.append('text');
      return g;
    }).attr('transform', (m) => `translate(${x(m.version)})`);
    marks.select('line').attr('y1', 0.6 * rem).attr('y2', tall - 2 * rem);
    marks.select('text').attr('y', 1.2 * rem).attr('dx', (m) => (x(m.version) > (left + right) / 2 ? -6 : 6))
      .attr('text-anchor', (m) => (x(m.version) > (left + right) / 2 ? 'end' : 'start')).text((m) => m.text);
    this.cursor();
  }

  cursor() {
    const bin = this.at === null ? null : this.history.bins[this.at];
    const height = Number(this.svg.attr('height'));
    this.svg.select('.cursor').selectAll('line').data(bin ? [bin] : []).join('line')
      .attr('x1', (b) => this.x((b.from + b.to) / 2)).attr('x2', (b) => this.x((b.from + b.to) / 2)).attr('y1', 0).attr('y2', height - 30);
  }
}

/** @param {string} text */
const capital = (text) => text[0].toUpperCase() + text.slice(1);
