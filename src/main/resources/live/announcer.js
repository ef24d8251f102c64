// What a screen reader is told without being asked: a change of condition, at most one in ten seconds.

const SPACING = 10000;
let last = -SPACING;
let said = '';
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {string} sentence */
export function announce(sentence) {
  clearTimeout(timer);
  if (sentence === said) return;
  timer = setTimeout(() => {
    said = sentence;
    last = performance.now();
    /** @type {HTMLElement} */ (document.getElementById('announced')).textContent = sentence;
  }, Math.max(0, last + SPACING - performance.now()));
}

/** The answer to somebody's own key: what the cursor is on now. @param {string} sentence */
export function tellCursor(sentence) {
  /** @type {HTMLElement} */ (document.getElementById('cursor-said')).textContent = sentence;
}
