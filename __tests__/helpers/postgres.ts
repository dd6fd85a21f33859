import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from '@jest/globals';
import { Client } from 'pg';
import { postgres as embedded } from '../../docs/recipes/postgres.ts';
import { asyncContextManager, AsyncExitStack, enter, withAsync } from '../../lib/index.ts';

const programs = folderOfPrograms();

/** Whether this machine has the programs of a Postgres server. */
export const hasPostgres = programs !== undefined;

if (!hasPostgres)
  process.stderr.write('Not run on a Postgres server: no initdb and postgres on PATH or in /usr/lib/postgresql.\n');

// The tests must not touch a database of whoever runs them.
delete process.env['DATABASE_URL'];

export interface Server {
  readonly url: string;
  /** Kills it with all its processes, and restarts it on what it has written. */
  readonly crash: () => Promise<void>;
}

/** A server of its own, new and empty, which writes to disk what it promises before it promises. */
export const server = asyncContextManager(async function* server(...settings: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'withal-postgres-'));
  try {
    await initialize(folder);
    const port = await freePort();
    const url = `postgres://postgres@127.0.0.1:${String(port)}/postgres`;
    let running = start(folder, port, settings);
    try {
      await untilReady(running, url);
      const crash = async (): Promise<void> => {
        await stop(running, 'SIGQUIT');
        running = start(folder, port, settings);
        await untilReady(running, url);
      };
      yield { url, crash } satisfies Server;
    } finally {
      await stop(running);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** A fast one that may lose its last writes; returns its URL. */
export const postgres = asyncContextManager(async function* postgres() {
  yield (yield* enter(server('synchronous_commit=off', 'full_page_writes=off'))).url;
});

/** A new database on a server; returns its URL. */
export const newDatabase = asyncContextManager(async function* newDatabase(server: string) {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const run = (statement: string) => withAsync(connection(server), (client) => client.query(statement));
  await run(`CREATE DATABASE ${name}`);
  try {
    yield Object.assign(new URL(server), { pathname: name }).href;
  } finally {
    await run(`DROP DATABASE ${name} WITH (FORCE)`);
  }
});

/** The URL of a server if there is one, or else of a Postgres within this process. */
export const anyPostgres = hasPostgres ? postgres : embedded;

/** A connection that checks what others did. */
export const connection = asyncContextManager(async function* connection(url: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    yield client;
  } finally {
    await client.end();
  }
});

/** A server for the tests of a file, with that table and a connection, from before the first test to after the last. */
export function sharedPostgres(createTable: string): { readonly url: string; readonly client: Client } {
  const stack = new AsyncExitStack();
  const shared = {} as { url: string; client: Client };
  beforeAll(async () => {
    shared.url = await stack.enterContext(anyPostgres());
    shared.client = await stack.enterContext(connection(shared.url));
    await shared.client.query(createTable);
  }, 60_000);
  afterAll(() => stack.exitAsync());
  return shared;
}

// Postgres refuses to run as root; then it runs as nobody.
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;

function folderOfPrograms(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...debianFolders()];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
}

function debianFolders(): string[] {
  const root = '/usr/lib/postgresql';
  return existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : [];
}

function program(name: string): string {
  if (programs === undefined) throw new Error('There is no Postgres server on this machine.');
  return join(programs, name);
}

async function initialize(folder: string): Promise<void> {
  if (nobody) await chown(folder, nobody.uid, nobody.gid);
  const account = ['-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-locale'];
  const options = ['-D', join(folder, 'data'), ...account, '--no-sync', '--no-instructions'];
  await promisify(execFile)(program('initdb'), options, { ...nobody, cwd: folder });
}

function start(folder: string, port: number, settings: readonly string[]): ChildProcess {
  const address = ['-p', String(port), '-h', '127.0.0.1', '-k', folder];
  const haste = ['-F', ...['shared_buffers=16MB', ...settings].flatMap((setting) => ['-c', setting])];
  return spawn(program('postgres'), ['-D', join(folder, 'data'), ...address, ...haste], {
    ...nobody,
    cwd: folder,
    stdio: 'ignore',
  });
}

async function stop(server: ChildProcess, signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
  if (hasEnded(server)) return;
  server.kill(signal);
  await once(server, 'exit');
}

async function untilReady(server: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await accepts(url))) {
    if (hasEnded(server) || Date.now() > deadline) throw new Error('The Postgres server did not start.');
    await setTimeout(20);
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function accepts(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
