import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = 'docs/quickstart/main.ts';

// Whatever the tests themselves were started with must not choose the colours or the database.
const neutral = { CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined, DATABASE_URL: undefined };

/** What the quick start prints; rejects if its exit code is not 0. */
export async function quickstart(environment: Record<string, string> = {}): Promise<string> {
  const env = { ...process.env, ...neutral, ...environment };
  const options = ['--liftoff-only', '--import', 'tsx'];
  const { stdout } = await promisify(execFile)(process.execPath, [...options, program], { cwd: root, env });
  return stdout;
}
