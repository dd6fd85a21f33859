import fc, { type Arbitrary } from 'fast-check';
import type { Code, End, Failure, Manager, Named, Step } from './script.ts';

/** Programs of sync steps, or of sync and async ones. */
export function programs(isSync: boolean): Arbitrary<Code> {
  const { blocks } = arbitraries(isSync, isSync ? [] : [arbitraries(true, []).managers(2)]);
  return code(fc.array(blocks(3), { minLength: 1, maxLength: 2 }), plain).map(named);
}

type Fields<T, Other> = { readonly [Key in Exclude<keyof T, Other>]: Arbitrary<T[Key]> };

const failures: Failure[] = [
  'error',
  'frozen error',
  'error with a cause',
  'error without a cause',
  'error of a shared root',
  'shared error',
  'string',
  'undefined',
];

/** How a piece of code ends: mostly like the first. */
function ends(usual: End, ...others: End[]): Arbitrary<End> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant(usual) },
    { weight: 2 * others.length, arbitrary: fc.constantFrom(usual, ...others) },
    { weight: 2, arbitrary: fc.constant('error') },
    { weight: 1, arbitrary: fc.constantFrom(...failures) },
  );
}

const plain = ends('pass');
const threw = ends('pass', 'finish', 'translate');

function code(steps: Arbitrary<Step[]>, end: Arbitrary<End>): Arbitrary<Code> {
  return fc.record({ steps, end });
}

function list<T>(item: Arbitrary<T>): Arbitrary<T[]> {
  return fc.array(item, { maxLength: 2 });
}

function arbitraries(isSync: boolean, others: Arbitrary<Manager>[]) {
  const manager = <Kind extends Manager['kind']>(
    kind: Kind,
    fields: Fields<Manager & { kind: Kind }, 'kind' | keyof Named>,
  ) =>
    fc.record({ kind: fc.constant(kind), name: fc.constant(''), isSync: fc.constant(isSync), ...fields }) as Arbitrary<
      Manager & { kind: Kind }
    >;
  const step = <Does extends Step['does']>(does: Does, fields: Fields<Step & { does: Does }, 'does' | 'isCaught'>) =>
    fc.record({ does: fc.constant(does), isCaught: fc.boolean(), ...fields }) as Arbitrary<Step & { does: Does }>;
  const generator = (steps: Arbitrary<Step[]>) =>
    manager('generator', {
      setup: code(steps, ends('pass', 'finish')),
      returned: code(steps, ends('pass', 'again')),
      threw: code(steps, ends('pass', 'finish', 'finish', 'translate', 'again')),
      closing: code(steps, ends('pass', 'again')),
    });

  const isLoose = isSync ? fc.constant(false) : fc.boolean();
  const disposable = manager('disposable', { end: plain });
  const callback = manager('callback', { end: plain });
  const exit = manager('exit', { isLoose, setup: plain, returned: plain, threw });
  const simple = fc.oneof(
    generator(fc.constant([])),
    manager('class', { isLoose, setup: plain, returned: plain, threw }),
    disposable,
    manager('stack', { members: list(fc.oneof(disposable, callback, exit)) }),
  );

  const managers: fc.Memo<Manager> = fc.memo((depth) =>
    depth <= 1
      ? fc.oneof(simple, ...others)
      : fc.oneof(
          { withCrossShrink: true },
          managers(1),
          { weight: 3, arbitrary: generator(list(flat(depth))) },
          manager('all', { isConcurrent: fc.constant(false), members: list(managers(depth - 1)) }),
          // If managers are entered at once, only setups without a pause come in a known order.
          manager('all', { isConcurrent: fc.constant(!isSync), members: list(simple) }),
        ),
  );
  /** The steps of a block. */
  const blocks: fc.Memo<Step> = fc.memo((depth) =>
    fc.oneof(
      { withCrossShrink: true },
      step('nest', {
        manager: managers(depth),
        body: code(depth <= 1 ? fc.constant([]) : list(blocks(depth - 1)), plain),
      }),
      step('scope', { body: code(list(flat(depth)), plain) }),
      step('stack', { body: code(list(stacked(depth)), plain) }),
      step('using', { body: code(list(stacked(depth)), plain), isComplete: fc.boolean() }),
    ),
  );
  /** The steps of a generator. */
  const flat: fc.Memo<Step> = fc.memo((depth) => {
    const enter = step('enter', { manager: managers(depth - 1) });
    return depth <= 1 ? enter : fc.oneof({ withCrossShrink: true }, { weight: 3, arbitrary: enter }, blocks(depth - 1));
  });
  /** The steps of a block that has a stack. */
  const stacked: fc.Memo<Step> = fc.memo((depth) =>
    fc.oneof({ weight: 3, arbitrary: flat(depth) }, step('enter', { manager: fc.oneof(callback, exit) })),
  );
  return { managers, blocks };
}

/** Gives each manager a name of its own. */
function named(program: Code): Code {
  let count = 0;
  return JSON.parse(JSON.stringify(program), (_key, value: object) =>
    'name' in Object(value) ? { ...value, name: `${(value as Manager).kind} ${String(++count)}` } : value,
  ) as Code;
}
