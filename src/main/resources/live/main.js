// Starts the page: asks for the models, draws the frames of one, and says how it is.

import {announce} from './announcer.js';
import {ask, modelPath, Poll} from './protocol.js';
import {read, write} from './address.js';
import {readTokens} from './colors.js';
import {conditionOf} from './condition.js';
import {element} from './figure.js';
import {count, figure, isNumber} from './format.js';
import {Network} from './nn.js';
import {Plane} from './plane.js';
import {add} from './samples.js';
import {LossFigure} from './loss.js';
import {SurfaceFigure} from './surface.js';
import {DiagramFigure} from './diagram.js';
import {HiddenFigure} from './hidden.js';
import {LayersFigure} from './layers.js';
import {ByHandFigure} from './byhand.js';
import {StreamPanel} from './stream.js';

const DRAWING = 200;
const CALM = 1000;
/** By it the server counts pages; it says nothing about who looks. */
const PAGE = Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(36)).join('');
let next = DRAWING;
const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const reduced = matchMedia('(prefers-reduced-motion: reduce)');
const picker = /** @type {HTMLSelectElement} */ (find('model'));
const pauseButton = find('pause');

/** @type {any} */
let view = null;
let seq = 0;
/** @type {any} */
let figures;
let word = '';

/** New figures for a model: nothing of the last one may remain. */
function build() {
  figures = {surface: new SurfaceFigure(redraw), diagram: new DiagramFigure(), loss: new LossFigure(), hidden: new HiddenFigure(), layers: new LayersFigure(), byhand: new ByHandFigure()};
  find('figures').replaceChildren(...['surface', 'diagram', 'loss', 'layers', 'hidden', 'byhand'].map((name) => figures[name].root), stream.root);
}

const stream = new StreamPanel();

/** @param {string} name */
async function open(name) {
  const model = await ask(modelPath(name));
  seq = 0;
  word = '';
  view = {model, frame: null, network: null, samples: [], plane: new Plane(model.layers[0])};
  build();
  document.title = `${name} · Streamgrad`;
  figures.byhand.show(model);
}

async function list() {
  const {models, more} = await ask('models?limit=100');
  const names = models.map((/** @type {any} */ row) => row.name);
  const wanted = read().get('model');
  if (wanted && !names.includes(wanted)) names.unshift(wanted);
  if (names.join('\n') !== [...picker.options].map((o) => o.value).join('\n')) {
    const chosen = picker.value;
    picker.replaceChildren(...models.concat(names.filter((/** @type {string} */ n) => !models.some((/** @type {any} */ r) => r.name === n)).map((/** @type {string} */ n) => ({name: n})))
      .map((/** @type {any} */ row) => element('option', {value: row.name}, row.name)));
    picker.value = wanted ?? (chosen || names[0]);
  }
  const worse = new Set(models.filter((/** @type {any} */ row) => row.worse).map((/** @type {any} */ row) => row.name));
  for (const option of picker.options) {
    const text = option.value + (worse.has(option.value) ? ' (worse than its baseline)' : '');
    if (option.text !== text) option.text = text;
  }
  picker.title = more ? 'The first 100 models; another one by its name in the address: #model=NAME' : '';
  return names.length > 0;
}

const frames = new Poll(async () => {
  if (!view) {
    if (!(await list())) {
      status('Waiting', 'busy', 'There is no model yet: it is made by its first sample.');
      return CALM;
    }
    await open(read().get('model') ?? picker.value);
  }
  const of = view;
  const frame = await ask(`${modelPath(of.model.name)}/frame?page=${PAGE}&after=${seq}`);
  if (of !== view) return 0;
  if (frame) {
    seq = frame.seq;
    next = frame.next;
    take(frame);
  }
  return Math.max(next, reduced.matches ? CALM : DRAWING);
}, (failure) => {
  const box = find('failure');
  box.hidden = !failure;
  box.textContent = failure ? `No answer: ${failure.message}. What is shown is the last state; this page tries again by itself.` : '';
  announce(failure ? `The connection is lost: ${failure.message}.` : 'The learner answers again.');
});

const health = new Poll(async () => {
  const now = await ask('health');
  stream.draw(now);
  find('rate').textContent = isNumber(now.samplesPerSecond) ? count(now.samplesPerSecond) : '–';
  find('lag').textContent = isNumber(now.lag) ? count(now.lag) : '–';
  return CALM;
}, () => {});

const names = new Poll(async () => { await list(); return 5000; }, () => {});

/** @param {any} frame */
function take(frame) {
  view.frame = frame;
  view.samples = add(view.samples, frame.recent);
  if (frame.weights) view.network = new Network(frame.weights, frame.biases, view.model.activations, frame.scaler ?? null);
  if (view.network && view.model.labelScaling === 'running') view.network.learnUnits(view.samples);
  view.plane.update(view.samples, view.network);
  figures.loss.draw(view.model, frame);
  redraw();
}

function redraw() {
  const {model, frame} = view;
  if (!frame) return;
  const condition = conditionOf(model, frame);
  status(condition.word, condition.kind, condition.sentence);
  if (condition.word !== word) { word = condition.word; announce(condition.sentence); }
  find('version').textContent = count(frame.version);
  find('eta').textContent = figure(frame.learningRate);
  find('refused').hidden = !(frame.nonFinite > 0);
  find('refused').textContent = frame.nonFinite > 0 ? `⚠ ${count(frame.nonFinite)} samples would have made a number that is not finite and were not learned.` : '';
  figures.surface.draw(view);
  figures.diagram.draw(view);
  figures.hidden.draw(view);
  figures.layers.draw(frame);
  document.documentElement.dataset.seq = frame.seq;
}

/** @param {string} short @param {string} kind @param {string} sentence */
function status(short, kind, sentence) {
  find('state').textContent = short;
  find('state').className = `state ${kind}`;
  if (find('lead').textContent !== sentence) find('lead').textContent = sentence;
}

function pause() {
  const paused = !frames.paused;
  for (const poll of [frames, health, names]) poll.pause(paused);
  pauseButton.setAttribute('aria-pressed', String(paused));
  pauseButton.textContent = paused ? 'Go on' : 'Pause';
  announce(paused ? 'Paused: the picture stands still, the learner goes on.' : 'Goes on.');
}

readTokens();
for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
  matchMedia(query).addEventListener('change', () => { readTokens(); if (view?.frame) { figures.loss.render(); redraw(); } });
}
addEventListener('resize', () => { if (view?.frame) { figures.loss.render(); redraw(); } });
pauseButton.addEventListener('click', pause);
addEventListener('keydown', (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.key === ' ' && !target.closest('button, input, select, summary, a')) { event.preventDefault(); pause(); }
});
picker.addEventListener('change', () => { write({model: picker.value, part: null}); view = null; frames.wake(); });
addEventListener('hashchange', () => {
  const wanted = read().get('model');
  if (wanted && wanted !== view?.model.name) { picker.value = wanted; view = null; frames.wake(); }
});
frames.wake();
health.wake();
names.timer = setTimeout(() => names.wake(), 5000);
