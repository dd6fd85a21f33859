import { describe, expect, it, jest } from '@jest/globals';
import { asyncContextManager, nullContext } from '../../lib/index.ts';
import { checkManager } from '../../lib/testing/index.ts';

// It runs many blocks.
jest.setTimeout(60_000);

describe('checkManager', () => {
  it('resolves if the manager passes all cases', async () => {
    await expect(checkManager(() => nullContext())).resolves.toBeUndefined();
  });

  it('rejects with an error for each case that fails', async () => {
    const swallowing = asyncContextManager(async function* swallowing() {
      try {
        yield;
      } catch (error) {
        if (error !== null) throw error;
      }
    });
    const error = (await checkManager(() => swallowing()).catch((error: unknown) => error)) as AggregateError;
    const message =
      'Cannot accept swallowing(): a block that throws null must reject with that error, but it resolved: the error was swallowed. Rethrow whatever you caught, or declare it with suppresses.';
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.message).toBe(
      `Cannot accept the manager: all 26 cases must pass, but 1 failed. See errors.\n- tears down after a block that throws null: ${message}`,
    );
    expect(error.errors).toHaveLength(1);
    expect((error.errors as Error[])[0]?.cause).toMatchObject({ message });
  });

  it('refuses what managerCases refuses, under its own name', async () => {
    await expect(checkManager(nullContext() as never)).rejects.toThrow(
      'Cannot make cases: checkManager() takes a function that makes the manager, but an object (nullContext) was given. Write checkManager(() => manager(), { … }).',
    );
  });
});
