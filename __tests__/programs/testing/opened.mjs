import { appendFileSync } from 'node:fs';
import { asyncContextManager } from 'withal';

/** Logs what happens, in whichever process the runner uses. */
export function log(text) {
  appendFileSync(process.env.LOG, `${text}\n`);
}

/** Logs how its block ended; its setup or teardown may fail. */
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
