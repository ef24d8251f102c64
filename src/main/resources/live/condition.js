// How a model is, in a word and a sentence.

import {count, figure, isNumber, percent} from './format.js';

/** @param {any} model @param {any} frame @returns {{word: string, kind: string, sentence: string}} */
export function conditionOf(model, frame) {
  const w = frame.window;
  const name = model.name;
  const n = count(w.size ?? 1000);
  if (!isNumber(w.loss)) {
    return {word: 'Diverged', kind: 'bad', sentence: `${name} has diverged: its numbers are not a number any more. A lower learning rate would have kept it.`};
  }
  if (frame.frozen) return {word: 'Frozen', kind: 'calm', sentence: `${name} is frozen: it predicts and does not learn.`};
  if (model.task === 'regression') {
    const share = w.mae / w.baselineMae;
    if (w.r2 >= 0.95) return {word: 'Learned', kind: 'good', sentence: `${name} has learned: it explains ${percent(w.r2)} of what varies in the last ${n} labels.`};
    return share >= 1 ? {word: 'Learning', kind: 'busy', sentence: `${name} is not yet better than always guessing the mean.`}
      : {word: 'Learning', kind: 'busy', sentence: `${name} is learning: its error is ${percent(share)} of what guessing the mean would make.`};
  }
  const baseline = Math.max(w.majority ?? 0, w.last ?? 0);
  if (w.accuracy === 1) return {word: 'Learned', kind: 'good', sentence: `${name} has learned: it was right about every one of the last ${n} samples.`};
  if (w.accuracy >= 0.97 && w.accuracy > baseline) return {word: 'Learned', kind: 'good', sentence: `${name} has learned: it was right about ${percent(w.accuracy)} of the last ${n} samples.`};
  if (w.accuracy <= baseline) return {word: 'Learning', kind: 'busy', sentence: `${name} is not yet better than guessing: right about ${percent(w.accuracy)}, a constant answer about ${percent(baseline)}.`};
  return {word: 'Learning', kind: 'busy', sentence: `${name} is learning: right about ${percent(w.accuracy)} of the last ${n} samples, guessing would be about ${percent(baseline)}. Loss ${figure(w.loss)}.`};
}
