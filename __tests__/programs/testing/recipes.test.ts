import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { build, type Plugin } from 'esbuild';
import { AsyncExitStack, asyncContextManager } from '../../../lib/index.ts';
import { hasPostgres, postgres } from '../../helpers/postgres.ts';
import { breakages, type Breakage } from './recipes/breakages.ts';

jest.setTimeout(180_000);

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A folder from which a bundle finds its packages. */
const folder = asyncContextManager(async function* folder() {
  const cache = join(root, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const path = await mkdtemp(join(cache, 'recipes-'));
  try {
    yield path;
  } finally {
    await rm(path, { recursive: true });
  }
});

type Failures = Record<string, { readonly failed: readonly [name: string, message: string][] }>;

(hasPostgres ? describe : describe.skip)('managers of the recipes', () => {
  const shared = new AsyncExitStack();
  let path: string;
  let url: string;

  beforeAll(async () => {
    path = await shared.enterContext(folder());
    url = await shared.enterContext(postgres());
  });

  afterAll(() => shared.exitAsync());

  /** Checks managers in a process of its own, where built-in modules can be patched. */
  async function check(name: string, args: readonly string[], plugins: Plugin[] = []): Promise<Failures> {
    const [program, report] = [join(path, `${name}.mjs`), join(path, `${name}.json`)];
    await build({
      ...{ absWorkingDir: root, entryPoints: ['__tests__/programs/testing/recipes/main.ts'], outfile: program },
      ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20', keepNames: true },
      ...{ sourcemap: 'inline', plugins },
    });
    const flags = ['--enable-source-maps', '--disable-warning=DeprecationWarning'];
    // What a broken recipe leaves goes with the folder.
    const env = { ...process.env, NODE_OPTIONS: undefined, URL: url, TMPDIR: path };
    const child = spawn(process.execPath, [...flags, program, report, ...args], { cwd: root, env, stdio: 'ignore' });
    await once(child, 'close');
    return JSON.parse(await readFile(report, 'utf8')) as Failures;
  }

  it('are not accused', async () => {
    const failures = await check('right', []);
    expect(Object.keys(failures).length).toBeGreaterThan(30);
    expect(Object.entries(failures).filter(([, { failed }]) => failed.length > 0)).toEqual([]);
  });

  it.each(breakages.map((breakage, index) => [breakage.fault, breakage, index] as const))(
    'are found out if %s',
    async (_fault, breakage, index) => {
      const failures = await check(
        `broken-${String(index)}`,
        ['--until-found', breakage.check],
        [await broken(breakage)],
      );
      expect(failures[breakage.check]?.failed).toHaveLength(1);
    },
  );
});

/** Puts a recipe with one place changed where the right one would be. */
async function broken({ file, from, to }: Breakage): Promise<Plugin> {
  const path = join(root, 'docs', 'recipes', file);
  const text = await readFile(path, 'utf8');
  expect(text.split(from)).toHaveLength(2);
  const changed = text.replace(from, () => to);
  return {
    name: 'broken',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.ts$/ }, ({ path: loaded }) =>
        loaded === path ? { contents: changed, loader: 'ts' } : undefined,
      ),
  };
}
