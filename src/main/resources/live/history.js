// A run of any length in at most 2,000 bins. A bin keeps the lowest, the highest and the last value, so a spike stays
// to be seen however long ago it was.

const MOST = 2000;

/**
 * @typedef {object} Bin
 * @property {number} from
 * @property {number} to
 * @property {number} min
 * @property {number} max
 * @property {number} last
 * @property {Record<string, number>} also the last of other figures
 * @property {boolean} nan whether one of them was no number
 */

export class History {
  constructor() {
    /** @type {Bin[]} */
    this.bins = [];
    this.perBin = 1;
    this.inLast = 0;
  }

  /** @param {number} at @param {number} value @param {Record<string, number>} also */
  add(at, value, also) {
    const last = this.bins[this.bins.length - 1];
    if (last && at <= last.to) return;
    const bin = {from: at, to: at, min: value, max: value, last: value, also, nan: !Number.isFinite(value)};
    if (last && this.inLast < this.perBin) {
      this.bins[this.bins.length - 1] = merged(last, bin);
      this.inLast++;
    } else {
      this.bins.push(bin);
      this.inLast = 1;
    }
    if (this.bins.length > MOST) {
      const half = [];
      for (let i = 0; i < this.bins.length; i += 2) {
        half.push(i + 1 < this.bins.length ? merged(this.bins[i], this.bins[i + 1]) : this.bins[i]);
      }
      this.bins = half;
      this.perBin *= 2;
    }
  }
}

/** @param {Bin} a @param {Bin} b @returns {Bin} */
function merged(a, b) {
  const low = (/** @type {number} */ p, /** @type {number} */ q) => (Number.isNaN(p) ? q : Number.isNaN(q) ? p : Math.min(p, q));
  const high = (/** @type {number} */ p, /** @type {number} */ q) => (Number.isNaN(p) ? q : Number.isNaN(q) ? p : Math.max(p, q));
  return {from: a.from, to: b.to, min: low(a.min, b.min), max: high(a.max, b.max), last: b.last, also: b.also, nan: a.nan || b.nan};
}
