// The functions that tests made from examples call. Their names begin with $ to avoid the examples' own names.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { outdented } from './outdented.mjs';

/**
 * A test of an example. Each expectation must be reached, and must hold. Otherwise one in a callback that is never
 * called would pass, and so would one that fails where the example catches errors.
 */
export function $example(lines, body) {
  return async () => {
    const unmet = new Set(lines);
    await body((line, value) => held(unmet, line, expect(value)));
    if (unmet.size > 0) throw new Error(`Never reached, or wrong: line ${[...unmet].join(', line ')}`);
  };
}

/** Wraps the matchers in use: one that holds removes its line from the set. */
function held(unmet, line, matchers) {
  const match = (name) => (expected) => {
    matchers[name](expected);
    unmet.delete(line);
  };
  return { toEqual: match('toEqual'), toMatchObject: match('toMatchObject') };
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

/** A test that a file contains these lines, whatever their indentation. */
export function $quoted(file, code) {
  return async () => {
    expect(code).toMatch(/\S/);
    expect(`\n${outdented(await readFile(file, 'utf8'))}`).toContain(`\n${outdented(code)}`);
  };
}

// The environment of the tests must not choose colors or the database.
const neutral = { NODE_OPTIONS: undefined, NO_COLOR: '1', FORCE_COLOR: undefined, DATABASE_URL: undefined };

/** A test that a program prints this; `…` stands for parts that differ from run to run. */
export function $printed(program, expected) {
  return async () => {
    const own = join(dirname(program), 'tsconfig.json');
    const env = { ...process.env, ...neutral, ...(existsSync(own) && { TSX_TSCONFIG_PATH: own }) };
    const options = { cwd: fileURLToPath(new URL('..', import.meta.url)), env };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--liftoff-only', '--import', 'tsx', program],
      options,
    );
    expect(matches(stdout, expected) ? expected : stdout).toBe(expected);
  };
}

function matches(text, expected) {
  const parts = expected.split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
