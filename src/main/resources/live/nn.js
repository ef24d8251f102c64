// The network as a function of its numbers, in double arithmetic and in the order of the sums of the learner's own
// class Network, so that what is drawn is what the learner computes.

const LEAK = 0.01;
const CUBIC = 0.044715;
const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/**
 * The complementary error function: the series of erf with positive terms where |x| is small, Lentz's continued
 * fraction beyond. Abramowitz and Stegun, 7.1.6 and 7.1.14.
 * @param {number} x
 * @returns {number}
 */
export function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  if (Number.isNaN(x)) return NaN;
  if (x > 27) return 0;
  if (x < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let f = x;
  let c = x;
  let d = 0;
  for (let n = 1; n < 200; n++) {
    d = 1 / (x + (n / 2) * d);
    c = x + n / 2 / c;
    const change = c * d;
    f *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return Math.exp(-x * x) / (f * Math.sqrt(Math.PI));
}

/** @param {number} z */
function sigmoid(z) {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}

/** @type {Record<string, (z: number) => number>} */
const FUNCTIONS = {
  'identity': (z) => z,
  'sigmoid': sigmoid,
  'tanh': Math.tanh,
  // Not Math.max, so that NaN stays NaN, as in the learner.
  'relu': (z) => (z <= 0 ? 0 : z),
  'leaky-relu': (z) => (z > 0 ? z : LEAK * z),
  'gelu': (z) => z * (0.5 * erfc(-z / Math.SQRT2)),
  'gelu-tanh': (z) => 0.5 * z * (1 + Math.tanh(SQRT_2_OVER_PI * (z + CUBIC * z * z * z))),
  'silu': (z) => z * sigmoid(z),
};

/** Names of all activations. */
export const ACTIVATIONS = [...Object.keys(FUNCTIONS), 'softmax'];

/**
 * Replaces the sums of a layer by its values.
 * @param {string} name
 * @param {Float64Array | number[]} z
 */
export function activate(name, z) {
  if (name !== 'softmax') {
    const f = FUNCTIONS[name];
    if (!f) throw new Error(`this page does not know the activation ${name}`);
    for (let j = 0; j < z.length; j++) z[j] = f(z[j]);
    return;
  }
  let max = z[0];
  for (const value of z) max = value > max ? value : max;
  let sum = 0;
  for (let j = 0; j < z.length; j++) {
    z[j] = Math.exp(z[j] - max);
    sum += z[j];
  }
  for (let j = 0; j < z.length; j++) z[j] /= sum;
}

/** JSON has no NaN: what is not finite comes as null, and must not become 0. @param {number | null} value */
export const number = (value) => (value === null || value === undefined ? NaN : value);

/** A multilayer perceptron with the numbers of one version. */
export class Network {
  /**
   * @param {number[][][]} weights per layer in × out
   * @param {number[][]} biases per layer
   * @param {string[]} activations per layer
   * @param {{mean: number[], std: number[]} | null} [scaler] of the inputs
   */
  constructor(weights, biases, activations, scaler = null) {
    this.weights = weights.map((rows) => rows.map((row) => Float64Array.from(row, number)));
    this.biases = biases.map((row) => Float64Array.from(row, number));
    this.activations = activations;
    this.scaler = scaler;
    /** The values of each layer in the last forward pass. */
    this.values = this.biases.map((row) => new Float64Array(row.length));
    /** The sum z of the outputs' first unit before its activation, of the last forward pass. */
    this.sums = new Float64Array(this.biases[this.biases.length - 1].length);
    /** Slope and offset to the labels' units, per output. @type {number[][] | null} */
    this.units = null;
    this.scaled = new Float64Array(this.weights[0].length);
  }

  /**
   * A model that scales its labels answers in units of its own. The straight line from them to the labels' units is
   * found from predictions that were sent in those.
   * @param {{x: number[], p: number[]}[]} samples
   */
  learnUnits(samples) {
    this.units = null;
    const pairs = samples.filter((s) => s.p.every(Number.isFinite));
    if (pairs.length < 8) return;
    const own = pairs.map((s) => Array.from(this.forward(s.x)));
    this.units = own[0].map((_, k) => {
      const n = pairs.length;
      const mean = own.reduce((sum, o) => sum + o[k], 0) / n;
      const meanOf = pairs.reduce((sum, s) => sum + s.p[k], 0) / n;
      let over = 0;
      let under = 0;
      own.forEach((o, i) => {
        over += (o[k] - mean) * (pairs[i].p[k] - meanOf);
        under += (o[k] - mean) ** 2;
      });
      const slope = under > 0 ? over / under : 1;
      return [slope, meanOf - slope * mean];
    });
  }

  /** Whether every weight and bias is a number. */
  get isFinite() {
    return this.weights.every((rows) => rows.every((row) => row.every(Number.isFinite)))
      && this.biases.every((row) => row.every(Number.isFinite));
  }

  /**
   * The outputs for one sample; the array is overwritten by the next call.
   * @param {ArrayLike<number>} x encoded, not scaled
   */
  forward(x) {
    /** @type {ArrayLike<number>} */
    let input = x;
    if (this.scaler) {
      for (let i = 0; i < this.scaled.length; i++) {
        this.scaled[i] = (x[i] - this.scaler.mean[i]) / this.scaler.std[i];
      }
      input = this.scaled;
    }
    for (let l = 0; l < this.weights.length; l++) {
      const z = this.values[l];
      z.set(this.biases[l]);
      const rows = this.weights[l];
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i];
        const xi = input[i];
        for (let j = 0; j < z.length; j++) z[j] += xi * row[j];
      }
      if (l === this.weights.length - 1) this.sums.set(z);
      activate(this.activations[l], z);
      input = z;
    }
    const outputs = this.values[this.values.length - 1];
    if (this.units) this.units.forEach(([slope, offset], k) => { outputs[k] = slope * outputs[k] + offset; });
    return outputs;
  }
}
