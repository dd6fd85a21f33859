import { describe } from './describe.ts';

/** Every message of this package says what was done, what is required, what was given and what to do. */
export function explain(action: string, required: string, given: string, advice: string): string {
  return `Cannot ${action}: ${required}, but ${given}. ${advice}`;
}

export function wrongInput(action: string, required: string, given: unknown, advice: string): TypeError {
  return new TypeError(explain(action, required, `${describe(given)} was given`, advice));
}
