import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { asyncContextManager, withAsync } from '../../lib/index.ts';

const folder = fileURLToPath(new URL('../../docs/testing', import.meta.url));
const bin = (name: string) => fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));

const directory = asyncContextManager(async function* directory() {
  const path = await mkdtemp(join(tmpdir(), 'withal-testing-'));
  try {
    yield path;
  } finally {
    await rm(path, { recursive: true });
  }
});

/** Resolves to what the runner printed, and its exit code. */
function run(args: string[], temporary: string): Promise<{ code: unknown; output: string }> {
  // Runners detect by the environment that another runner runs them.
  const env = { PATH: process.env['PATH'], TMPDIR: temporary, TSX_DISABLE_CACHE: '1', NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error?.code, output: stdout + stderr });
    });
  });
}

/** Each with its output for failed tests, and how many workspaces those leave. */
const runners: [string, string[], RegExp, number][] = [
  ['jest', ['--experimental-vm-modules', bin('jest/bin/jest.js')], /1 failed, 1 passed/, 1],
  ['node:test', ['--import', 'tsx', '--test', 'node.test.ts'], /pass 1\n. fail 1/, 1],
  ['vitest', [bin('vitest/vitest.mjs'), 'run', 'vitest.test.ts'], /1 failed \| 2 passed/, 2],
  ['Playwright', [bin('@playwright/test/cli.js'), 'test'], /1 failed\n(.*\n)+ *1 passed/, 1],
];

describe('the cases of a manager', () => {
  it('pass in node:test', async () => {
    await withAsync(directory(), async (temporary) => {
      const { code, output } = await run(['--import', 'tsx', '--test', 'managers.test.ts'], temporary);
      expect(output).toMatch(/pass 26\n. fail 0/);
      expect(code).toBeUndefined();
    });
  }, 60_000);
});

describe('a workspace for tests', () => {
  it.each(runners)(
    'is removed if the test succeeds, and kept if it fails, in %s',
    async (_name, args, counts, count) => {
      await withAsync(directory(), async (temporary) => {
        const { code, output } = await run(args, temporary);
        expect(output).toMatch(counts);
        expect(output).toMatch(/kept: .*workspace-/);
        expect(code).toBe(1);
        const kept = (await readdir(temporary)).filter((name) => name.startsWith('workspace-'));
        expect(kept).toHaveLength(count);
        for (const name of kept) expect(await readdir(join(temporary, name))).toEqual(['note.txt']);
      });
    },
    60_000,
  );
});

describe('a transaction for each test', () => {
  it('is rolled back even if the test succeeds', async () => {
    await withAsync(directory(), async (temporary) => {
      const { output } = await run([bin('vitest/vitest.mjs'), 'run', 'database.test.ts'], temporary);
      expect(output).toMatch(/1 failed \| 5 passed/);
      expect(output).toMatch(/FAIL .* stores an order, and fails/);
    });
  }, 60_000);
});
