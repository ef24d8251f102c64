// The last samples that were seen, and how right the model was about them.

export const KEPT = 256;

/** @typedef {{offset: number, x: number[], y: number[], p: number[], loss: number}} Sample */

/** @param {number[] | Float64Array} values */
export function argmax(values) {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
}

/** Adds those of a frame; the newest last. @param {Sample[]} kept @param {any} recent @returns {Sample[]} */
export function add(kept, recent) {
  if (!recent || !recent.features) return kept;
  const fresh = recent.features.map((/** @type {number[]} */ x, /** @type {number} */ i) => ({
    offset: recent.offset[i],
    x: x.map((v) => v ?? NaN),
    y: recent.label[i].map((/** @type {number|null} */ v) => v ?? NaN),
    p: recent.prediction[i].map((/** @type {number|null} */ v) => v ?? NaN),
    loss: recent.loss[i] ?? NaN,
  }));
  return kept.concat(fresh).slice(-KEPT);
}

/** The class that outputs stand for. @param {string} task @param {number[] | Float64Array} values @param {number} [output] */
export const classOf = (task, values, output = 0) => (task === 'classes' ? argmax(values) : values[output] >= 0.5 ? 1 : 0);

/** @param {string} task @param {Sample} sample @param {number} [output] */
export const isWrong = (task, sample, output = 0) => task !== 'regression'
  && (sample.p.some(Number.isNaN) || classOf(task, sample.p, output) !== classOf(task, sample.y, output));
