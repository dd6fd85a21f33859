// What the tests made of examples call. The names begin with $ to keep out of the way of an example's own.

import { expect } from '@jest/globals';

/** A test of an example. An expectation in a callback that is never called would pass unseen: each line is to be met. */
export function $example(lines, body) {
  return async () => {
    const unmet = new Set(lines);
    await body((line, value) => {
      unmet.delete(line);
      return expect(value);
    });
    if (unmet.size > 0) throw new Error(`Never reached: line ${[...unmet].join(', line ')}`);
  };
}

const nothing = 'Nothing was thrown';

export function $errorOf(act) {
  try {
    act();
  } catch (error) {
    return error;
  }
  return nothing;
}

export async function $rejectionOf(act) {
  return act().then(
    () => nothing,
    (error) => error,
  );
}
