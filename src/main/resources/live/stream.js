// How the stream is: what is processed, how far behind, how sure.

import {element} from './figure.js';
import {count, duration, figure, isNumber, plural} from './format.js';

export class StreamPanel {
  constructor() {
    this.sentence = element('p', {class: 'sentence'});
    this.list = element('dl');
    this.root = element('section', {class: 'card', id: 'stream', 'aria-labelledby': 'stream-title'},
      element('h2', {id: 'stream-title'}, 'The stream'), this.sentence, this.list,
      element('p', {class: 'why'}, 'Weights, predictions and offsets are committed in one transaction: what is drawn above is what would survive if this process ended now.'));
  }

  /** @param {any} health */
  draw(health) {
    const reasons = Object.entries(health.deadLetterReasons ?? {}).map(([reason, n]) => `${reason}: ${count(/** @type {number} */ (n))}`).join(', ');
    /** @type {[string, string | null][]} */
    const rows = [
      ['State', health.state ?? null],
      ['Samples per second', isNumber(health.samplesPerSecond) ? count(health.samplesPerSecond) : null],
      ['Behind the topic', isNumber(health.lag) ? plural(health.lag, 'sample') : null],
      ['Processed', isNumber(health.processed) ? count(health.processed) : null],
      ['Learned up to offset', isNumber(health.learnedOffset) ? count(health.learnedOffset) : null],
      ['Committed up to offset', isNumber(health.committedOffset) ? count(health.committedOffset) : null],
      ['Record to prediction, half / 99 %', health.endToEnd && isNumber(health.endToEnd.p50) ? `${duration(health.endToEnd.p50)} / ${duration(health.endToEnd.p99)}` : null],
      ['Rebalances', isNumber(health.rebalances) ? count(health.rebalances) : null],
      ['Dead letters', isNumber(health.deadLetters) ? count(health.deadLetters) + (reasons ? ` (${reasons})` : '') : null],
      ['Models', isNumber(health.models) ? count(health.models) : null],
      ['Instance', health.instance ?? null],
    ];
    this.list.replaceChildren(...rows.filter(([, value]) => value !== null).map(([name, value]) =>
      element('div', {}, element('dt', {}, name), element('dd', {}, /** @type {string} */ (value)))));
    const slow = health.lag > 10 * (health.samplesPerSecond || 1);
    this.sentence.textContent = health.state !== 'RUNNING' ? `The learner is not running: ${health.state}.`
      : slow ? `It is ${figure(health.lag / (health.samplesPerSecond || 1))} s behind the topic.`
        : `It keeps up with the topic${health.deadLetters ? `; ${plural(health.deadLetters, 'record')} could not be read and went to the dead letters` : ''}.`;
  }
}
