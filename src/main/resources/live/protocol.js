// What the page asks for, and when: the next frame only after the last was drawn, nothing while nobody looks.

/** @param {string} path @param {RequestInit} [options] @returns {Promise<any>} null for "nothing newer" */
export async function ask(path, options) {
  const answer = await fetch(new URL(path, import.meta.url), {cache: 'no-store', ...options});
  if (answer.status === 204) return null;
  if (!answer.ok) {
    const text = (await answer.text()).trim().split('\n')[0].slice(0, 300);
    throw new Error(text || `the learner answered ${answer.status}`);
  }
  return answer.json();
}

/** @param {string} name */
export const modelPath = (name) => `models/${encodeURIComponent(name)}`;

const LONGEST_WAIT = 15000;

/**
 * Asks again and again, one question at a time; each next one after the answer was drawn and its wait is over. While
 * the page is hidden or paused nothing is asked. A failure is told once and tried again, ever more patiently.
 */
export class Poll {
  /**
   * @param {() => Promise<number>} once asks and draws; resolves to the milliseconds to wait
   * @param {(failure: Error | null) => void} told null when it works again
   */
  constructor(once, told) {
    this.once = once;
    this.told = told;
    this.paused = false;
    this.failures = 0;
    this.running = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    document.addEventListener('visibilitychange', () => this.wake());
  }

  /** @param {boolean} paused */
  pause(paused) {
    this.paused = paused;
    this.wake();
  }

  /** Asks now, if nothing is under way and somebody looks. */
  wake() {
    clearTimeout(this.timer);
    if (!this.running && !this.paused && !document.hidden) this.turn();
  }

  async turn() {
    this.running = true;
    let wait = 1000;
    try {
      wait = await this.once();
      if (this.failures > 0) this.told(null);
      this.failures = 0;
    } catch (failure) {
      this.failures++;
      wait = Math.min(LONGEST_WAIT, 500 * 2 ** this.failures);
      this.told(failure instanceof TypeError ? new Error('the learner does not answer') : /** @type {Error} */ (failure));
    }
    this.running = false;
    if (!this.paused && !document.hidden) this.timer = setTimeout(() => this.wake(), wait);
  }
}
