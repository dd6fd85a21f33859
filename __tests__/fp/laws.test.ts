import { deepStrictEqual } from 'node:assert/strict';
import { describe, expect, it } from '@jest/globals';
import fc, { type Arbitrary } from 'fast-check';
import { chain, lift, map, of, optional, orElse, tap } from '../../lib/fp/index.ts';
import { asyncContextManager, suppress, withAsync, type AsyncContextManager } from '../../lib/index.ts';
import { keepBoth } from '../../lib/engine/join.ts';
import { outcomeOf, reachableFrom, type Outcome } from '../helpers/outcome.ts';
import { randomRuns } from '../helpers/random.ts';

// One exception, as in every composition: a manager that suppresses an error of another one's setup or teardown. So the
// managers of these programs suppress only what the body threw.

interface Leaf {
  readonly kind: 'leaf';
  readonly name: string;
  readonly setup: 'gives a value' | 'throws';
  readonly exit: 'passes' | 'throws' | 'translates' | 'recovers';
}

type Tree =
  | Leaf
  | { readonly kind: 'of'; readonly name: string }
  | { readonly kind: 'map' | 'tap'; readonly name: string; readonly tree: Tree; readonly throws: boolean }
  | { readonly kind: 'chain' | 'orElse'; readonly name: string; readonly tree: Tree; readonly next: Tree }
  | { readonly kind: 'lift' | 'optional'; readonly name: string; readonly tree: Tree };

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');

const leaf: Arbitrary<Tree> = fc.record({
  kind: fc.constant('leaf' as const),
  name,
  setup: fc.constantFrom(
    'gives a value' as const,
    'gives a value' as const,
    'gives a value' as const,
    'throws' as const,
  ),
  exit: fc.constantFrom(
    'passes' as const,
    'passes' as const,
    'throws' as const,
    'translates' as const,
    'recovers' as const,
  ),
});

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 2, arbitrary: leaf },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('of' as const), name }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('map' as const, 'tap' as const),
        name,
        tree: tie('tree'),
        throws: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('chain' as const, 'chain' as const, 'orElse' as const),
        name,
        tree: tie('tree'),
        next: tie('tree'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('lift' as const, 'optional' as const), name, tree: tie('tree') }),
    },
  ),
}));

type Manager = AsyncContextManager<string, string>;

type Body = (value: string) => string | Promise<string>;

/** One program, with one outcome of the body, and what happens in it. */
class World {
  readonly lines: string[] = [];
  readonly bodyError: unknown;

  constructor(bodyError: unknown) {
    this.bodyError = bodyError;
  }

  body(throws: boolean): Body {
    return (value) => {
      this.lines.push(`body gets ${value}`);
      if (throws) throw this.bodyError;
      return `result of ${value}`;
    };
  }

  leaf({ name, setup, exit }: Leaf, given: string): Manager {
    const { lines, bodyError } = this;
    return asyncContextManager(async function* leaf(): AsyncGenerator<string, string, void> {
      lines.push(`enter ${name} of ${given}`);
      if (setup === 'throws') throw new Error(`setup of ${name}`);
      let thrown: { readonly error: unknown } | undefined;
      try {
        yield `${name}(${given})`;
      } catch (error) {
        thrown = { error };
      }
      lines.push(`${name} sees ${thrown ? shown(thrown.error) : 'success'}`);
      if (exit === 'throws') throw new Error(`teardown of ${name}`);
      if (thrown && exit === 'recovers' && thrown.error === bodyError) return `recovered by ${name}`;
      if (thrown && exit === 'translates') throw new Error(`translation of ${name}`, { cause: thrown.error });
      if (thrown) throw thrown.error;
      return 'never used';
    })();
  }

  call(name: string, throws: boolean, value: string): string {
    this.lines.push(`${name} is called with ${value}`);
    if (throws) throw new Error(`function ${name}`);
    return `${name}: ${value}`;
  }

  /** The program with the functions of this entry. */
  manager(tree: Tree, given: string): Manager {
    switch (tree.kind) {
      case 'leaf':
        return this.leaf(tree, given);
      case 'of':
        return of(`${tree.name} of ${given}`);
      case 'map':
        return map((value: string) => this.call(tree.name, tree.throws, value))(this.manager(tree.tree, given));
      case 'tap':
        return tap((value: string) => this.call(tree.name, tree.throws, value))(this.manager(tree.tree, given));
      case 'chain':
        return chain((value: string) => this.manager(tree.next, value))(this.manager(tree.tree, given));
      case 'orElse':
        return orElse(this.manager(tree.next, given))(this.manager(tree.tree, given));
      case 'lift':
        return lift(this.manager(tree.tree, given));
      case 'optional':
        return optional(this.manager(tree.tree, given)) as Manager;
    }
  }

  /** The program with nested blocks. */
  async nested(tree: Tree, given: string, body: Body): Promise<string> {
    switch (tree.kind) {
      case 'leaf':
        return withAsync(this.leaf(tree, given), body);
      case 'of':
        return body(`${tree.name} of ${given}`);
      case 'map':
        return this.nested(tree.tree, given, (value) => body(this.call(tree.name, tree.throws, value)));
      case 'tap':
        return this.nested(tree.tree, given, (value) => {
          this.call(tree.name, tree.throws, value);
          return body(value);
        });
      case 'chain':
        return this.nested(tree.tree, given, (value) => this.nested(tree.next, value, body));
      case 'orElse':
        return this.either(tree.tree, tree.next, given, body);
      case 'lift':
      case 'optional':
        return this.nested(tree.tree, given, body);
    }
  }

  private async either(first: Tree, second: Tree, given: string, body: Body): Promise<string> {
    let isEntered = false;
    const entered: Body = (value) => {
      isEntered = true;
      return body(value);
    };
    try {
      return await this.nested(first, given, entered);
    } catch (error) {
      if (isEntered) throw error;
      try {
        return await this.nested(second, given, entered);
      } catch (failure) {
        throw isEntered ? failure : keepBoth(failure, { error });
      }
    }
  }
}

function shown(error: unknown): string {
  return reachableFrom(error).map(String).join(' < ');
}

/** The result of a program, run in one of the ways. */
async function played(
  run: (world: World, body: Body) => Promise<unknown>,
  throws: boolean,
  error: unknown = new Error('body'),
): Promise<string[]> {
  const world = new World(error);
  const outcome: Outcome = await outcomeOf(() => run(world, world.body(throws)));
  const end = 'error' in outcome ? `error: ${shown(outcome.error)}` : `value: ${String(outcome.value)}`;
  return [...world.lines, end];
}

const used = (make: (world: World) => Manager) => (world: World, body: Body) => withAsync(make(world), body);

const parameters = randomRuns(250);
const { numRuns } = parameters;

const bodies = fc.constantFrom([false], [true], [true, undefined], [true, 'text']) as Arbitrary<[boolean, unknown?]>;

describe('a program of withal/fp', () => {
  const agree = async (
    one: (world: World, trees: [Tree, Tree, Tree]) => Manager,
    other: (world: World, trees: [Tree, Tree, Tree]) => Manager,
  ) =>
    fc.assert(
      fc.asyncProperty(fc.tuple(tree, tree, tree), bodies, async (trees, body) => {
        const expected = await played(
          used((world) => other(world, trees)),
          ...body,
        );
        const actual = await played(
          used((world) => one(world, trees)),
          ...body,
        );
        deepStrictEqual(actual, expected);
      }),
      parameters,
    );

  it(`does what nested blocks do: ${String(numRuns)} programs`, async () => {
    await fc.assert(
      fc.asyncProperty(tree, bodies, async (tree, body) => {
        const expected = await played((world, body) => world.nested(tree, 'x', body), ...body);
        expect(
          await played(
            used((world) => world.manager(tree, 'x')),
            ...body,
          ),
        ).toEqual(expected);
      }),
      parameters,
    );
  }, 60_000);

  const of2 = (value: string): Manager => of(value);

  it('has a left identity', async () => {
    await expect(
      agree(
        (world, [tree]) => chain((value: string) => world.manager(tree, value))(of('x')),
        (world, [tree]) => world.manager(tree, 'x'),
      ),
    ).resolves.toBeUndefined();
  }, 60_000);

  it('has a right identity', async () => {
    await expect(
      agree(
        (world, [tree]) => chain(of2)(world.manager(tree, 'x')),
        (world, [tree]) => world.manager(tree, 'x'),
      ),
    ).resolves.toBeUndefined();
  }, 60_000);

  it('is associative', async () => {
    await expect(
      agree(
        (world, [first, second, third]) =>
          chain((value: string) => world.manager(third, value))(
            chain((value: string) => world.manager(second, value))(world.manager(first, 'x')),
          ),
        (world, [first, second, third]) =>
          chain((value: string) => chain((inner: string) => world.manager(third, inner))(world.manager(second, value)))(
            world.manager(first, 'x'),
          ),
      ),
    ).resolves.toBeUndefined();
  }, 60_000);

  it('maps like chain and of do', async () => {
    await expect(
      agree(
        (world, [tree]) => map((value: string) => world.call('f', false, value))(world.manager(tree, 'x')),
        (world, [tree]) => chain((value: string) => of2(world.call('f', false, value)))(world.manager(tree, 'x')),
      ),
    ).resolves.toBeUndefined();
    await expect(
      agree(
        (world, [tree]) => map((value: string) => world.call('f', true, value))(world.manager(tree, 'x')),
        (world, [tree]) => chain((value: string) => of2(world.call('f', true, value)))(world.manager(tree, 'x')),
      ),
    ).resolves.toBeUndefined();
  }, 60_000);

  it('maps like a functor', async () => {
    await expect(
      agree(
        (world, [tree]) => map((value: string) => value)(world.manager(tree, 'x')),
        (world, [tree]) => world.manager(tree, 'x'),
      ),
    ).resolves.toBeUndefined();
    const f = (value: string) => `f(${value})`;
    const g = (value: string) => `g(${value})`;
    await expect(
      agree(
        (world, [tree]) => map(g)(map(f)(world.manager(tree, 'x'))),
        (world, [tree]) => map((value: string) => g(f(value)))(world.manager(tree, 'x')),
      ),
    ).resolves.toBeUndefined();
  }, 60_000);

  it("keeps the body's result if a composition does, where nested blocks return the fallback", async () => {
    const failing = { enter: () => 1, exit: () => Promise.reject(new Error('teardown')) };
    const composed = chain(() => failing)(suppress(Error));
    expect(await withAsync(composed, () => 'result')).toBe('result');
    expect(await withAsync(suppress(Error), () => withAsync(failing, () => 'result'))).toBeUndefined();
  });
});
