import { AsyncExitStack } from '../../index.ts';
import type { Definition, Values } from './definitions.ts';
import { testEnded, testsFailed } from '../messages.ts';
import type { FixtureHooks } from '../with-fixtures.ts';

/** A running test. */
export interface RunningBlock {
  /** Ends it with an error; resolves when its fixtures are torn down. */
  end(error: Error): Promise<void>;
}

/** The fixtures of a file, and what is known about its tests. */
export class FileFixtures {
  /** Whether a hook says when all tests are over. */
  readonly canEnd: boolean;
  private readonly stack = new AsyncExitStack<unknown>();
  private readonly values = new Map<Definition, Promise<unknown>>();
  private readonly failures = new Map<unknown, unknown>();
  private readonly running = new Set<RunningBlock>();
  /** How many finished tests the runner hasn't reported yet. */
  private over = 0;

  constructor({ afterEach, afterAll }: FixtureHooks) {
    this.canEnd = afterAll !== undefined;
    // No parameters, because jest would treat one as a callback.
    afterEach?.(() => this.afterEach());
    afterAll?.(() => this.afterAll());
  }

  /** Sets up a fixture for the first test that needs it. */
  value(definition: Definition): Promise<unknown> {
    const known = this.values.get(definition);
    if (known) return known;
    const value = this.setUp(definition);
    this.values.set(definition, value);
    return value;
  }

  begin(block: RunningBlock): void {
    this.running.add(block);
  }

  finish(block: RunningBlock): void {
    this.running.delete(block);
    this.over += 1;
  }

  /** `test` identifies the test: one that passes on a retry hasn't failed. */
  pass(test: unknown): void {
    this.failures.delete(test);
  }

  fail(test: unknown, error: unknown): void {
    this.failures.set(test, error);
  }

  private async setUp({ needs, make }: Definition): Promise<unknown> {
    const values: Values = {};
    for (const need of needs) values[need.name] = await this.value(need);
    return this.stack.enterContext(make(values));
  }

  /** Ends a test that still runs although the runner has finished it: it took too long. */
  private async afterEach(): Promise<void> {
    const [block, ...others] = this.running;
    if (this.over > 0) this.over -= 1;
    // If several tests are running, it could be any of them.
    else if (block && others.length === 0) await block.end(testEnded());
  }

  private async afterAll(): Promise<void> {
    for (const block of this.running) await block.end(testEnded());
    const errors = [...this.failures.values()];
    const error = errors.length > 1 ? testsFailed(errors) : errors[0];
    await this.stack.exitAsync(errors.length > 0 ? { error } : undefined);
  }
}
