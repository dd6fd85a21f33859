import { appendFileSync } from 'node:fs';
import { asyncContextManager } from 'withal';

/** Writes down what happens, wherever the runner runs it. */
export function log(text) {
  appendFileSync(process.env.LOG, `${text}\n`);
}

/** Writes down how its block ended; may fail to set up, or to tear down. */
export const opened = asyncContextManager(async function* opened(name, fails) {
  if (fails === 'setup') throw new Error(`${name} does not open`);
  log(`${name} opened`);
  try {
    yield name;
    log(`${name} succeeded`);
  } catch (error) {
    log(
      `${name} failed: ${error instanceof AggregateError ? error.errors.map(String).join(' and ') : String(error).split('\n')[0]}`,
    );
    throw error;
  } finally {
    log(`${name} closed`);
    if (fails === 'teardown') throw new Error(`${name} does not close`);
  }
});

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
