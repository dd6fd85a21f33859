import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = 'docs/quickstart/main.ts';

// The environment of the tests themselves must not choose the colors or the database.
const neutral = { CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined, DATABASE_URL: undefined };

/** What the quick start prints; rejects if its exit code isn't 0. */
export async function quickstart(environment: Record<string, string> = {}): Promise<string> {
  const env = { ...process.env, ...neutral, ...environment };
  const options = ['--liftoff-only', '--import', 'tsx'];
  const { stdout } = await promisify(execFile)(process.execPath, [...options, program], { cwd: root, env });
  return stdout;
}
