import { asyncContextManager } from '../../lib/index.ts';

export const log: unknown[] = [];

/** Returns what was logged, and clears it. */
export function logged(): unknown[] {
  return log.splice(0);
}

/** Logs how its block ended; its setup or teardown may fail. */
export const opened = asyncContextManager(async function* opened(name: string, fails?: 'setup' | 'teardown') {
  if (fails === 'setup') throw new Error(`${name} does not open`);
  log.push(`open ${name}`);
  try {
    yield name;
  } catch (error) {
    log.push(`${name} saw`, error);
    throw error;
  } finally {
    log.push(`close ${name}`);
    if (fails === 'teardown') throw new Error(`${name} does not close`);
  }
});
