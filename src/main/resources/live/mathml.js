// Formulas as MathML, which browsers set and screen readers read.

const NS = 'http://www.w3.org/1998/Math/MathML';

/** @param {string} name @param {...(Node | string)} children */
export function m(name, ...children) {
  const made = document.createElementNS(NS, name);
  made.append(...children);
  return made;
}

/** @param {string} name */
export const mi = (name) => m('mi', name);
/** @param {string} sign */
export const mo = (sign) => m('mo', sign);
/** @param {...(Node | string)} children */
export const row = (...children) => m('mrow', ...children);
/** @param {Node} base @param {Node} low */
export const sub = (base, low) => m('msub', base, low);
/** @param {Node} base @param {Node} high */
export const sup = (base, high) => m('msup', base, high);

/** A number with four digits; all of them are in its data. @param {number | null} value */
export function mn(value) {
  if (value === null || !Number.isFinite(value)) return m('mtext', 'not a number');
  const text = value === 0 ? '0' : Math.abs(value) < 1e-4 || Math.abs(value) >= 1e5 ? value.toExponential(2).replace('e', '·10^') : String(Number(value.toPrecision(4)));
  const power = text.match(/^(.*)·10\^\+?(.*)$/);
  const made = power
    ? row(m('mn', power[1].replace('-', '−')), mo('·'), sup(m('mn', '10'), m('mn', power[2].replace('-', '−'))))
    : m('mn', text.replace('-', '−'));
  made.setAttribute('data-value', String(value));
  return made;
}

/** @param {number[][]} rows */
export function matrix(rows) {
  return row(mo('['), m('mtable', ...rows.map((r) => m('mtr', ...r.map((v) => m('mtd', mn(v)))))), mo(']'));
}

/** @param {number[]} values */
export const vector = (values) => matrix([values]);
/** @param {...Node} children */
export function math(...children) {
  const made = m('math', ...children);
  made.setAttribute('display', 'block');
  return made;
}
