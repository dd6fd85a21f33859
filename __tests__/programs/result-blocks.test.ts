import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Effect, type Exit } from 'effect';
import { expectTypeOf } from 'expect-type';
import { pipe } from 'fp-ts/lib/function.js';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { err, ok, ResultAsync, safeTry, type Result } from 'neverthrow';
import { builds } from '../helpers/builds.ts';

let db: PGlite;

beforeAll(async () => {
  db = await PGlite.create();
  await db.exec('CREATE TABLE users (name text PRIMARY KEY)');
}, 60_000);

beforeEach(() => db.exec('TRUNCATE users'));

afterAll(() => db.close());

describe.each(builds)('%s', (_build, { asyncContextManager, resultBlocks }) => {
  describe('resultBlocks on a database', () => {
    const transaction = asyncContextManager(async function* transaction() {
      await db.query('BEGIN');
      try {
        yield db;
        await db.query('COMMIT');
      } catch (error) {
        await db.query('ROLLBACK');
        throw error;
      }
    });

    const names = async () => {
      const { rows } = await db.query<{ name: string }>('SELECT name FROM users ORDER BY name');
      return rows.map(({ name }) => name);
    };

    it('commits and rolls back with neverthrow', async () => {
      const { withAsync } = resultBlocks(
        (result: Result<unknown, unknown>) => result.isErr() && { error: result.error },
      );
      const insert = (tx: PGlite, name: string) =>
        ResultAsync.fromPromise(tx.query('INSERT INTO users VALUES ($1)', [name]), () => 'TAKEN' as const);
      const save = (...all: string[]) =>
        withAsync(transaction(), (tx) =>
          safeTry(async function* () {
            for (const name of all) yield* insert(tx, name);
            return ok(all.length);
          }),
        );
      expectTypeOf<ReturnType<typeof save>>().toEqualTypeOf<Promise<Result<number, 'TAKEN'>>>();
      expect(await save('Ada', 'Alan')).toEqual(ok(2));
      expect(await save('Grace', 'Ada')).toEqual(err('TAKEN'));
      expect(await names()).toEqual(['Ada', 'Alan']);
    });

    it('commits and rolls back with fp-ts', async () => {
      const { withAsync } = resultBlocks(
        (result: E.Either<unknown, unknown>) => E.isLeft(result) && { error: result.left },
      );
      const insert = (tx: PGlite, name: string) =>
        TE.tryCatch(
          () => tx.query('INSERT INTO users VALUES ($1)', [name]),
          () => 'TAKEN' as const,
        );
      const save = (first: string, second: string) =>
        withAsync(transaction(), (tx) =>
          pipe(
            insert(tx, first),
            TE.flatMap(() => insert(tx, second)),
            TE.map(() => 2),
          )(),
        );
      expectTypeOf<ReturnType<typeof save>>().toEqualTypeOf<Promise<E.Either<'TAKEN', number>>>();
      const before = await names();
      expect(await save('Edsger', 'Barbara')).toEqual(E.right(2));
      expect(await save('Tony', 'Barbara')).toEqual(E.left('TAKEN'));
      expect(await names()).toEqual([...before, 'Barbara', 'Edsger'].sort());
      // @ts-expect-error -- a TaskEither hasn't run
      const forgotten = withAsync(transaction(), (tx) => insert(tx, 'Niklaus'));
      await forgotten.catch(() => undefined);
    });

    it("compiles with Effect's Exit, and not with an Effect that hasn't run", async () => {
      const { withAsync } = resultBlocks(
        (exit: Exit.Exit<unknown, unknown>) => exit._tag === 'Failure' && { error: exit.cause },
      );
      const exit = await withAsync(transaction(), () => Effect.runPromiseExit(Effect.fail('TAKEN' as const)));
      expectTypeOf(exit).toEqualTypeOf<Exit.Exit<never, 'TAKEN'>>();
      expect(exit._tag).toBe('Failure');
      // @ts-expect-error -- an Effect hasn't run
      const forgotten = withAsync(transaction(), () => Effect.succeed(1));
      await forgotten.catch(() => undefined);
    });
  });
});
