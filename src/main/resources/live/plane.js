// The plane through the space of the inputs on which surface and neurons are drawn: two features vary, the others rest
// at their medians.

/** @typedef {import('./samples.js').Sample} Sample */

export class Plane {
  /** @param {number} inputs */
  constructor(inputs) {
    this.inputs = inputs;
    this.a = 0;
    this.b = Math.min(1, inputs - 1);
    this.chosen = inputs <= 2;
    /** @type {[number, number][]} */
    this.ranges = Array.from({length: inputs}, () => [-0.15, 1.15]);
    /** @type {number[]} */
    this.rest = new Array(inputs).fill(0);
    this.point = new Float64Array(inputs);
  }

  /** Whether this is a cut through more than two inputs. */
  get isSlice() {
    return this.inputs > 2;
  }

  /** @param {Sample[]} samples @param {import('./nn.js').Network | null} network */
  update(samples, network) {
    if (samples.length === 0) return;
    for (let i = 0; i < this.inputs; i++) {
      const sorted = samples.map((s) => s.x[i]).filter(Number.isFinite).sort((p, q) => p - q);
      if (sorted.length === 0) continue;
      const low = sorted[Math.floor(0.01 * (sorted.length - 1))];
      const high = sorted[Math.ceil(0.99 * (sorted.length - 1))];
      this.rest[i] = sorted[Math.floor(sorted.length / 2)];
      const pad = 0.15 * (high - low || 1);
      const [from, to] = this.ranges[i];
      // Axes that tremble cannot be read: they move only when the samples have clearly moved.
      if (Math.abs(low - pad - from) > 0.2 * (to - from) || Math.abs(high + pad - to) > 0.2 * (to - from)
        || low < from || high > to) {
        this.ranges[i] = [low - pad, high + pad];
      }
    }
    if (!this.chosen && network) {
      // The two features that move the first layer most.
      const reach = network.weights[0].map((row, i) => Math.hypot(...row) * (this.ranges[i][1] - this.ranges[i][0]));
      const order = reach.map((_, i) => i).sort((p, q) => reach[q] - reach[p]);
      [this.a, this.b] = order.slice(0, 2).sort((p, q) => p - q);
      this.chosen = true;
    }
  }

  /** The point of the inputs at (u, v) of the plane; overwritten by the next call. @param {number} u @param {number} v */
  at(u, v) {
    this.point.set(this.rest);
    if (this.inputs > 1) this.point[this.b] = v;
    this.point[this.a] = u;
    return this.point;
  }

  get x() { return this.ranges[this.a]; }
  get y() { return this.ranges[this.b]; }
}
