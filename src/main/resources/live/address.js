// What is looked at, kept in the URL behind the #, so that a view can be sent to somebody.

/** @returns {URLSearchParams} */
export const read = () => new URLSearchParams(location.hash.slice(1));

/** @param {Record<string, string | null>} changes null removes */
export function write(changes) {
  const all = read();
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) all.delete(key);
    else all.set(key, value);
  }
  history.replaceState(null, '', `#${all}`);
}
