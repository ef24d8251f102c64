// One step in its own numbers: forward, loss, δ, gradients, new weights, as one would do it by hand.

import {element, Figure} from './figure.js';
import {math, matrix, mi, mn, mo, m, row, sub, sup, vector} from './mathml.js';
import {ask, modelPath} from './protocol.js';
import {read, write} from './address.js';
import {count, figure} from './format.js';

const FULL = 60;
const DERIVATIVES = {'sigmoid': 'f′ = a(1 − a)', 'tanh': 'f′ = 1 − a²', 'identity': 'f′ = 1', 'relu': 'f′ = 1 where z > 0, else 0'};

/** @typedef {{title: string, why: string, formulas: Node[]}} Part */

export class ByHandFigure extends Figure {
  constructor() {
    super('byhand', 'One step by hand', 'These are the numbers of a step that was really taken on a record of the topic, to the last bit; four digits of them are shown.', 'Arrow keys turn the pages.');
    this.part = Number(read().get('part') ?? 1);
    this.back = /** @type {HTMLButtonElement} */ (element('button', {type: 'button'}, '← Previous'));
    this.on = /** @type {HTMLButtonElement} */ (element('button', {type: 'button'}, 'Next →'));
    this.newest = element('button', {type: 'button'}, 'The newest step');
    this.options.append(this.back, this.on, this.newest);
    this.back.addEventListener('click', () => this.turn(-1));
    this.on.addEventListener('click', () => this.turn(1));
    this.newest.addEventListener('click', () => { this.part = 1; this.load(); });
    this.page = element('div', {class: 'page', tabindex: '0', role: 'group', 'aria-label': 'Formulas'});
    this.plot.append(this.page);
    this.form = element('form', {class: 'own', 'aria-label': 'A sample of your own'});
    this.form.addEventListener('submit', (event) => { event.preventDefault(); this.tryOwn(); });
    this.readout.after(this.form);
    /** @type {Part[]} */
    this.parts = [];
    this.move = (key) => {
      if (key === 'Escape') return null;
      if (key === 'Home' || key === 'End') this.part = key === 'Home' ? 0 : this.parts.length - 1;
      this.turn(key === 'Home' || key === 'End' ? 0 : key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1);
      return this.reading();
    };
    this.reading = () => (this.parts.length ? `Part ${this.part + 1} of ${this.parts.length}: ${this.parts[this.part].title}.` : null);
    this.table = () => ({head: ['layer', 'unit', 'z', 'a', 'δ'], rows: (this.step?.layers ?? []).flatMap((/** @type {any} */ layer, /** @type {number} */ l) =>
      layer.sums.map((/** @type {number} */ z, /** @type {number} */ j) => [l + 1, j + 1, figure(z, 6), figure(layer.outputs[j], 6), figure(layer.delta[j], 6)]))});
  }

  /** @param {any} model */
  show(model) {
    this.model = model;
    this.step = null;
    this.parts = [];
    this.root.hidden = !model.canStep;
    this.form.replaceChildren();
    if (!model.canStep) return;
    if (model.features.length <= 8 && model.layers[0] === model.features.length) {
      const field = (/** @type {string} */ name, /** @type {string} */ id) => element('label', {}, `${name} `, element('input', {type: 'number', step: 'any', value: '0', required: '', id}));
      this.form.append(element('span', {}, 'Try a sample of your own (nothing is learned from it): '),
        ...model.features.map((/** @type {string} */ f, /** @type {number} */ i) => field(f, `own-x${i}`)),
        ...model.outputs.map((/** @type {string} */ f, /** @type {number} */ i) => field(`label ${f}`, `own-y${i}`)), element('button', {}, 'Compute'));
    }
    this.load();
  }

  async load() {
    const model = this.model;
    try {
      const step = await ask(`${modelPath(model.name)}/step`);
      if (model !== this.model) return;
      if (step) this.take(step);
      else { this.say('No step was traced yet; it comes with the next samples.'); setTimeout(() => { if (model === this.model && !this.step && !document.hidden) this.load(); }, 2000); }
    } catch (failure) {
      this.say(`The step cannot be shown: ${/** @type {Error} */ (failure).message}.`);
    }
  }

  async tryOwn() {
    const values = (/** @type {string} */ kind) => [...this.form.querySelectorAll(`[id^=own-${kind}]`)].map((input) => Number(/** @type {HTMLInputElement} */ (input).value));
    try {
      this.take(await ask(`${modelPath(this.model.name)}/step`, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({features: values('x'), label: values('y')})}));
    } catch (failure) {
      this.say(`That sample cannot be computed: ${/** @type {Error} */ (failure).message}.`);
    }
  }

  /** @param {any} step */
  take(step) {
    this.step = step;
    const widest = Math.max(...this.model.layers);
    this.parts = this.model.parameters <= FULL && widest <= 6 ? full(step) : path(step, this.model);
    this.part = Math.max(0, Math.min(this.parts.length - 1, this.part || 0));
    this.turn(0);
    const where = step.source ? `offset ${count(step.source.offset)} of partition ${step.source.partition}` : `version ${count(step.version)}`;
    this.say(`${step.real ? `The step that was taken on ${where}` : 'The step that your sample would make (nothing was learned from it)'}: the loss was ${figure(step.loss.value)}, the learning rate ${figure(step.learningRate)}.`);
  }

  /** @param {number} by */
  turn(by) {
    if (!this.parts.length) return;
    this.part = Math.max(0, Math.min(this.parts.length - 1, this.part + by));
    const part = this.parts[this.part];
    this.page.replaceChildren(element('h3', {}, element('span', {class: 'number'}, `${this.part + 1}/${this.parts.length}`), ` ${part.title}`),
      ...part.formulas.map((formula) => element('div', {class: 'formula'}, formula)), element('p', {class: 'note'}, part.why));
    this.back.disabled = this.part === 0;
    this.on.disabled = this.part === this.parts.length - 1;
    if (by !== 0) write({part: String(this.part)});
    this.read();
  }
}

/** @param {string} name @param {number} l */
const of = (name, l) => sup(mi(name), row(mo('('), m('mn', String(l)), mo(')')));
const partial = (/** @type {Node} */ what) => m('mfrac', row(mo('∂'), mi('L')), row(mo('∂'), what));
const column = (/** @type {number[]} */ values) => matrix(values.map((v) => [v]));
/** A factor: a negative one in brackets. @param {number} value */
const factor = (value) => (value < 0 ? row(mo('('), mn(value), mo(')')) : mn(value));
const flipped = (/** @type {number[][]} */ rows) => matrix(rows[0].map((_, j) => rows.map((r) => r[j])));
const transposed = (/** @type {Node} */ what) => sup(what, mo('⊤'));

/** The formula of a loss. @param {string} name */
function lossFormula(name) {
  const y = mi('y');
  const p = m('mover', mi('y'), mo('^'));
  const n = mi('n');
  const over = (/** @type {Node} */ inner) => row(m('mfrac', m('mn', '1'), n), mo('∑'), inner);
  const difference = () => row(p.cloneNode(true), mo('−'), y.cloneNode(true));
  switch (name) {
    case 'mse': return over(sup(row(mo('('), difference(), mo(')')), m('mn', '2')));
    case 'mae': return over(row(mo('|'), difference(), mo('|')));
    case 'cross-entropy': return row(mo('−'), mo('∑'), y, mi('ln'), p);
    case 'binary-cross-entropy': return row(mo('−'), over(row(mo('('), y, mi('ln'), p, mo('+'), mo('('), m('mn', '1'), mo('−'), y.cloneNode(true), mo(')'), mi('ln'), mo('('), m('mn', '1'), mo('−'), p.cloneNode(true), mo(')'), mo(')'))));
    default: return row(mi('L'), mo('('), p, mo(','), y, mo(')'));
  }
}

/** The sample itself. @param {any} step @returns {Part} */
function sample(step) {
  const scaled = step.inputs.some((/** @type {number} */ v, /** @type {number} */ i) => v !== step.features[i]) && step.features.length === step.inputs.length;
  return {title: 'The sample', why: 'What the record says: the inputs, and the label that they belong to.',
    formulas: [...(scaled ? [math(mi('features'), mo('='), vector(step.features))] : []), math(mi('x'), mo('='), vector(step.inputs)), math(mi('y'), mo('='), vector(step.label))]};
}

/** @param {any} step @returns {Part} */
function loss(step) {
  const last = step.layers[step.layers.length - 1];
  return {title: 'The loss', why: `How far the answer is from the label, by ${step.loss.name}.`,
    formulas: [math(m('mover', mi('y'), mo('^')), mo('='), vector(last.outputs), mo(','), mi('y'), mo('='), vector(step.label)),
      math(mi('L'), mo('='), lossFormula(step.loss.name), mo('='), mn(step.loss.value))]};
}

/** All of a small network. @param {any} step @returns {Part[]} */
function full(step) {
  const layers = step.layers;
  const name = (/** @type {number} */ l) => (l === layers.length - 1 ? 'the output layer' : layers.length === 2 ? 'the hidden layer' : `hidden layer ${l + 1}`);
  const parts = [sample(step)];
  layers.forEach((/** @type {any} */ layer, /** @type {number} */ l) => parts.push({title: `Forward through ${name(l)}`,
    why: `Each neuron adds its weighted inputs to its bias; ${layer.activation} bends the sum.`,
    formulas: [math(of('z', l + 1), mo('='), l ? of('a', l) : mi('x'), of('W', l + 1), mo('+'), of('b', l + 1)),
      math(mo('='), vector(layer.inputs), matrix(layer.weights), mo('+'), vector(layer.biases)), math(mo('='), vector(layer.sums)),
      math(of('a', l + 1), mo('='), mi(layer.activation), mo('('), of('z', l + 1), mo(')'), mo('='), vector(layer.outputs))]}));
  parts.push(loss(step));
  for (let l = layers.length - 1; l >= 0; l--) {
    const layer = layers[l];
    const derivative = DERIVATIVES[/** @type {keyof typeof DERIVATIVES} */ (layer.activation)];
    parts.push(l === layers.length - 1
      ? {title: 'Backward: δ of the output layer', why: `δ says how the loss changes with each sum z.${derivative && step.loss.name === 'mse' ? ` Here ${derivative}.` : ''}`,
        formulas: [math(of('δ', l + 1), mo('='), partial(of('z', l + 1)), mo('='), vector(layer.delta))]}
      : {title: `Backward: δ of ${name(l)}`, why: `The next layer's δ comes back through the same weights${derivative ? `, times the slope: ${derivative}` : ''}.`,
        formulas: [math(of('δ', l + 1), mo('='), row(mo('('), of('δ', l + 2), transposed(of('W', l + 2)), mo(')')), mo('⊙'), mi('f′'), mo('('), of('z', l + 1), mo(')')),
          math(mo('='), row(mo('('), vector(layers[l + 1].delta), flipped(layers[l + 1].weights), mo(')'))),
          math(mo('⊙'), mi('f′'), mo('('), vector(layer.sums), mo(')')),
          math(mo('='), vector(layer.delta))]});
  }
  layers.forEach((/** @type {any} */ layer, /** @type {number} */ l) => parts.push({title: `The gradient of ${name(l)}`, why: 'A weight matters as much as what came in times what its neuron is to blame for.',
    formulas: [math(partial(of('W', l + 1)), mo('='), transposed(l ? of('a', l) : mi('x')), of('δ', l + 1), mo('='), column(layer.inputs), vector(layer.delta)),
      math(mo('='), matrix(layer.weightGradient)), math(partial(of('b', l + 1)), mo('='), of('δ', l + 1), mo('='), vector(layer.biasGradient))]}));
  layers.forEach((/** @type {any} */ layer, /** @type {number} */ l) => {
    const plain = step.optimizer === 'sgd';
    const rate = () => (step.clip !== 1 ? row(mn(step.learningRate), mo('·'), mn(step.clip)) : mn(step.learningRate));
    const change = (/** @type {string} */ w, /** @type {Node} */ before, /** @type {Node} */ g, /** @type {Node} */ after) => [
      math(of(w, l + 1), mo('←'), of(w, l + 1), mo('−'), mi('η'), partial(of(w, l + 1))),
      ...(plain ? [math(mo('='), before, mo('−'), rate(), mo('·'), g)] : [math(before, mo('→'), after)]), ...(plain ? [math(mo('='), after)] : [])];
    parts.push({title: `New weights of ${name(l)}`, why: plain ? `A step downhill, with the learning rate η = ${figure(step.learningRate)}.` : `${step.optimizer} makes its own step of the gradient.`,
      formulas: [...change('W', matrix(layer.weights), matrix(layer.weightGradient), matrix(layer.newWeights)), ...change('b', vector(layer.biases), vector(layer.biasGradient), vector(layer.newBiases))]});
  });
  return parts;
}

/** Of a larger network one path: in each layer the unit with the largest δ. @param {any} step @param {any} model @returns {Part[]} */
function path(step, model) {
  const layers = step.layers;
  const units = layers.map((/** @type {any} */ layer) => layer.delta.reduce((/** @type {number} */ best, /** @type {number} */ d, /** @type {number} */ j) => (Math.abs(d) > Math.abs(layer.delta[best]) ? j : best), 0));
  const index = (/** @type {string} */ n, /** @type {number} */ l, /** @type {number} */ j) => m('msubsup', mi(n), m('mn', String(j + 1)), row(mo('('), m('mn', String(l)), mo(')')));
  const parts = [step.inputs.length > 12 ? {title: 'The sample', why: `One of ${step.inputs.length} inputs for each feature; a path from one input to the output follows.`, formulas: [math(mi('y'), mo('='), vector(step.label))]} : sample(step)];
  layers.forEach((/** @type {any} */ layer, /** @type {number} */ l) => {
    const j = units[l];
    const terms = layer.inputs.map((/** @type {number} */ x, /** @type {number} */ i) => ({x, w: layer.weights[i][j]})).sort((/** @type {any} */ p, /** @type {any} */ q) => Math.abs(q.x * q.w) - Math.abs(p.x * p.w));
    parts.push({title: `Forward through unit ${j + 1} of layer ${l + 1}`, why: `${terms.length > 3 ? `The three largest of ${terms.length} terms are written out. ` : ''}${layer.activation} bends the sum.`,
      formulas: [math(index('z', l + 1, j), mo('='), mn(layer.biases[j]), ...terms.slice(0, 3).flatMap((/** @type {any} */ t) => [mo('+'), factor(t.x), mo('·'), factor(t.w)]), ...(terms.length > 3 ? [mo('+'), mo('…')] : []), mo('='), mn(layer.sums[j])),
        math(index('a', l + 1, j), mo('='), mn(layer.outputs[j]))]});
  });
  parts.push(layers[layers.length - 1].outputs.length <= 10 ? loss(step) : {title: 'The loss', why: step.loss.name, formulas: [math(mi('L'), mo('='), mn(step.loss.value))]});
  for (let l = layers.length - 1; l >= 0; l--) {
    parts.push({title: `Backward: δ of unit ${units[l] + 1} of layer ${l + 1}`, why: `Of the layer's ${layers[l].delta.length} units this one is to blame most.`, formulas: [math(index('δ', l + 1, units[l]), mo('='), mn(layers[l].delta[units[l]]))]});
  }
  layers.forEach((/** @type {any} */ layer, /** @type {number} */ l) => {
    const j = units[l];
    const i = l ? units[l - 1] : 0;
    const from = l ? `unit ${i + 1} of layer ${l}` : model.features[0];
    parts.push({title: `One new weight of layer ${l + 1}`, why: `The weight from ${from} to unit ${j + 1}.`,
      formulas: [math(mi('g'), mo('='), factor(layer.inputs[i]), mo('·'), factor(layer.delta[j]), mo('='), mn(layer.weightGradient[i][j])), math(sub(mi('w'), mi('new')), mo('='), mn(layer.newWeights[i][j]), mo(','), mi('w'), mo('='), mn(layer.weights[i][j]))]});
  });
  return parts;
}
