// Numbers as people read them; what is no number is said to be none.

export const NOT_A_NUMBER = 'not a number';

/** @param {number | null | undefined} value @returns {value is number} */
export const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/** Three significant digits, with a real minus. @param {number | null | undefined} value @param {number} [digits] */
export function figure(value, digits = 3) {
  if (!isNumber(value)) return NOT_A_NUMBER;
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-4
    ? power(value, digits)
    : size >= 1000 ? count(Math.round(value)) : trimmed(Number(value.toPrecision(digits)));
  return text.replace(/^-/, '−');
}

/** @param {number} value */
const trimmed = (value) => String(value);

/** @param {number} value @param {number} digits */
function power(value, digits) {
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  const raised = [...String(Number(exponent))].map((c) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(c)]).join('');
  return `${Number(mantissa)}·10${raised}`;
}

/** With a thin space between thousands. @param {number | null | undefined} value */
export function count(value) {
  if (!isNumber(value)) return NOT_A_NUMBER;
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u202f').replace(/^-/, '−');
}

/** A share as a percentage. @param {number | null | undefined} value */
export function percent(value) {
  if (!isNumber(value)) return NOT_A_NUMBER;
  const hundred = value * 100;
  // What is not quite all is not said to be all.
  const digits = hundred >= 99.95 && value < 1 ? 2 : hundred === Math.round(hundred) ? 0 : 1;
  return `${hundred.toFixed(digits)}\u202f%`;
}

/** @param {number | null | undefined} seconds */
export function duration(seconds) {
  if (!isNumber(seconds)) return NOT_A_NUMBER;
  return seconds < 1 ? `${figure(seconds * 1000)}\u202fms` : `${figure(seconds)}\u202fs`;
}

/** @param {number} n @param {string} one @param {string} [many] */
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
