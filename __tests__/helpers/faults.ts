import { outcomeOf, reachableFrom } from './outcome.ts';

const sharedRoot = new Error('connection lost');

/** What a fault throws: an error that takes a cause, one that doesn't, and something that isn't an error. */
export const kinds = {
  error: (label: string) => new Error(label),
  'frozen error': (label: string) => Object.freeze(new Error(label)),
  'error with a cause of undefined': (label: string) => new Error(label, { cause: undefined }),
  'error of a root that others share': (label: string) => new Error(label, { cause: sharedRoot }),
  text: (label: string) => label,
};

/**
 * A world in which a scenario runs, and in which some of its steps fail. It checks that everything acquired is released
 * once, in reverse order, and one at a time.
 */
export class World {
  readonly faults: unknown[] = [];
  readonly problems: string[] = [];
  /** How many steps have been taken. */
  taken = 0;
  private readonly held: string[] = [];
  private readonly forgiven = new Set<unknown>();
  private releasing: string | undefined;
  private readonly failing: ReadonlySet<number>;
  private readonly make: (label: string) => unknown;

  constructor(failing: Iterable<number>, make: (label: string) => unknown) {
    this.failing = new Set(failing);
    this.make = make;
  }

  /** A step that may throw. */
  now(label: string): void {
    const step = this.taken++;
    if (!this.failing.has(step)) return;
    const fault = this.make(`${label} (${String(step)})`);
    this.faults.push(fault);
    throw fault;
  }

  /** A step that may reject. */
  async later(label: string): Promise<void> {
    await Promise.resolve();
    this.now(label);
  }

  acquired(name: string): void {
    this.held.push(name);
  }

  /** Releases by a step that may throw. */
  release(name: string, label: string): void {
    this.drop(name);
    this.now(label);
  }

  /** Releases by a step that may reject. */
  async releaseLater(name: string, label: string): Promise<void> {
    this.beginRelease(name);
    try {
      await this.later(label);
    } finally {
      this.releasing = undefined;
    }
  }

  /** Releases, and doesn't fail: for code with a pending error that it would lose itself. */
  drop(name: string): void {
    this.beginRelease(name);
    this.releasing = undefined;
  }

  /** Code that suppresses an error says so: nothing has to report it any more. */
  forgive(error: unknown): void {
    for (const reached of reachableFrom(error)) this.forgiven.add(reached);
  }

  private beginRelease(name: string): void {
    const last = this.held.pop();
    if (last !== name) this.problems.push(`${name} was released, and not ${String(last)}`);
    if (this.releasing) this.problems.push(`${name} was released while ${this.releasing} still was`);
    this.releasing = name;
  }

  /** Call it at the end, with everything that the caller has caught. */
  judge(caught: readonly unknown[]): string[] {
    const known = caught.flatMap((error) => reachableFrom(error));
    const faults = this.faults.filter((fault) => !this.forgiven.has(fault));
    const lost = faults.filter((fault) => !known.some((error) => Object.is(error, fault)));
    const strange = caught.filter((error) => !reachableFrom(error).some((reached) => faults.includes(reached)));
    const isChanged = this.faults.length === 1 && caught.some((error) => !Object.is(error, this.faults[0]));
    return [
      ...this.problems,
      ...this.held.map((name) => `${name} was not released`),
      ...lost.map((fault) => `${String(fault)} was lost`),
      ...strange.map((error) => `${String(error)} came from nowhere`),
      ...(isChanged ? ['the only error was not thrown on as it was'] : []),
    ];
  }
}

/** Runs in a world; returns what its caller has caught besides a rejection. */
export type Scenario = (world: World) => unknown;

/** Runs the scenario without a fault, with a fault at each step, and with up to three at the steps after that. */
export async function everyFault(scenario: Scenario, make: (label: string) => unknown): Promise<Report> {
  const report: Report = { cases: 0, problems: [] };
  await runWith([]);
  return report;

  async function runWith(failing: number[]): Promise<void> {
    const world = new World(failing, make);
    const outcome = await outcomeOf(() => scenario(world));
    const caught = 'error' in outcome ? [outcome.error] : ((outcome.value as unknown[] | undefined) ?? []);
    report.cases += 1;
    for (const problem of world.judge(caught)) report.problems.push(`[${failing.join(', ')}] ${problem}`);
    if (failing.length === 3) return;
    for (let step = (failing.at(-1) ?? -1) + 1; step < world.taken; step++) await runWith([...failing, step]);
  }
}

export interface Report {
  cases: number;
  readonly problems: string[];
}
