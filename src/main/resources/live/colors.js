// What colour means: one diverging scale for signs and two classes, one sequential scale for amounts, and a palette
// with shapes for more classes (Okabe and Ito, 2008). The tokens are those of the style sheet, read again when the
// appearance changes.

/** @typedef {[number, number, number]} Rgb */

const OKABE_ITO = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#7f7f7f'];

/** @type {{ink: string, faint: string, paper: string, negative: Rgb, middle: Rgb, positive: Rgb}} */
export const tokens = {
  ink: '', faint: '', paper: '', negative: [0, 0, 0], middle: [0, 0, 0], positive: [0, 0, 0],
};

/** Reads the tokens of the present appearance. */
export function readTokens() {
  const style = getComputedStyle(document.documentElement);
  const token = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  tokens.ink = token('--ink');
  tokens.faint = token('--line');
  tokens.paper = token('--card');
  tokens.negative = rgb(token('--negative'));
  tokens.middle = rgb(token('--middle'));
  tokens.positive = rgb(token('--positive'));
}

/** @param {string} hex @returns {Rgb} */
export function rgb(hex) {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * From −1 through 0 to 1: orange, neutral, blue, straight between them.
 * @param {number} t
 * @returns {Rgb}
 */
export function diverging(t) {
  const end = t < 0 ? tokens.negative : tokens.positive;
  const share = Math.min(1, Math.abs(t));
  return [0, 1, 2].map((c) => Math.round(tokens.middle[c] + share * (end[c] - tokens.middle[c])))
    .reduce((all, v, c) => { all[c] = v; return all; }, /** @type {Rgb} */ ([0, 0, 0]));
}

/** @param {Rgb} colour */
export const css = (colour) => `rgb(${colour.join(' ')})`;

/** Cividis, made for every kind of colour vision. @param {number} t from 0 to 1 @returns {Rgb} */
export function sequential(t) {
  const colour = d3.color(d3.interpolateCividis(Math.max(0, Math.min(1, t)))).rgb();
  return [colour.r, colour.g, colour.b];
}

/** @param {number} k */
export const classColour = (k) => OKABE_ITO[k % OKABE_ITO.length];

/** A class's colour, the paler the less sure. @param {number} k @param {number} sure from 0 to 1 @returns {Rgb} */
export function classTint(k, sure) {
  const full = rgb(classColour(k));
  const share = 0.25 + 0.6 * sure;
  return /** @type {Rgb} */ (full.map((v, c) => Math.round(tokens.middle[c] + share * (v - tokens.middle[c]))));
}

const SHAPES = () => [d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond, d3.symbolCross, d3.symbolStar, d3.symbolWye];

/** The mark of a class. @param {number} k @param {number} size square pixels */
export const shape = (k, size) => d3.symbol(SHAPES()[k % 7], size)();

/** What is no number: a checkerboard that no scale has. @param {number} x @param {number} y @returns {Rgb} */
export const checker = (x, y) => ((x + y) % 2 ? [200, 0, 90] : [120, 0, 60]);
