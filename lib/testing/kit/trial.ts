import { withAsync, type Thrown } from '../../index.ts';
import { isObject } from '../../support/describe.ts';
import { sleep, within } from './environment.ts';
import { Recorder, type Injection } from './recorder.ts';
import { changedProbe, leftOpen, nameOf, worldStuck } from '../messages.ts';
import type { Setting } from './setting.ts';
import { shown } from './shown.ts';

/** The state of a world. */
export interface Look {
  readonly open: number | undefined;
  readonly probes: readonly string[];
}

/** Shared by the trials of one case. */
export interface Kit {
  readonly setting: Setting;
  /** The manager's name in messages. */
  name: string;
  /** Whether `open` returned a number, and no promise, when the kit looked at the world. */
  countsAtOnce?: boolean;
}

/** A world, and a manager that is tested in it. */
export class Trial {
  readonly kit: Kit;
  readonly recorder: Recorder;
  readonly world: unknown;
  /** Whether `use` returned a promise. */
  isUseAsync = false;
  /** How many blocks have succeeded here. */
  private successes = 0;
  /** Whether the second one added to the effect of the first. If not, all effects may look the same. */
  private addsUp: boolean | undefined;

  constructor(kit: Kit, recorder: Recorder, world: unknown) {
    this.kit = kit;
    this.recorder = recorder;
    this.world = world;
    recorder.countOpen = () => this.countNow();
  }

  /** How much is open, unless counting takes time: that isn't done in the middle of a block. */
  private countNow(): number | undefined {
    const { kit, recorder, setting, world } = this;
    return kit.countsAtOnce ? recorder.glance(() => setting.open?.(world) as number) : undefined;
  }

  get setting(): Setting {
    return this.kit.setting;
  }

  get name(): string {
    return this.kit.name;
  }

  make(): unknown {
    this.recorder.phase = 'make';
    const manager = this.setting.make(this.world, this.recorder);
    this.kit.name = nameOf(manager);
    return manager;
  }

  look(): Promise<Look> {
    return this.recorder.look(async () => {
      const { open, probes } = this.setting;
      const count = open?.(this.world);
      this.kit.countsAtOnce = typeof count === 'number';
      const look = { open: await count, probes: [] as string[] };
      for (const [, probe] of probes) look.probes.push(shown(await probe(this.world)));
      return look;
    });
  }

  async effect(): Promise<string> {
    return shown(await this.lookAtEffect());
  }

  /** How many items the effect has if it is a list or the like; otherwise NaN. */
  async effectSize(): Promise<number> {
    const effect = await this.lookAtEffect();
    const { length, size } = (isObject(effect) ? effect : {}) as { length?: unknown; size?: unknown };
    return Number(length ?? size);
  }

  private lookAtEffect(): Promise<unknown> {
    return this.recorder.look(async () => this.setting.effect?.(this.world));
  }

  /** Records whether a successful block had an effect; returns whether that can be right. */
  noteSuccess(isChanged: boolean): boolean {
    this.successes += 1;
    if (this.successes === 2) this.addsUp = isChanged;
    return isChanged || (this.successes > 1 && !this.addsUp);
  }

  /** Throws unless the world is as it was before. `when` says after what, such as "a block that returns". */
  async expectNothingLeft(before: Look, when: string): Promise<void> {
    const after = await this.settled(before);
    const { calls } = this.recorder;
    if (after.open !== before.open) throw leftOpen(this.name, when, Number(after.open) - Number(before.open), calls);
    this.setting.probes.forEach(([probe], index) => {
      const [was, is] = [before.probes[index] as string, after.probes[index] as string];
      if (is !== was) throw changedProbe(this.name, when, probe, was, is, calls);
    });
  }

  private async settled(before: Look): Promise<Look> {
    const deadline = Date.now() + this.setting.settles;
    let look = await this.look();
    while (shown(look) !== shown(before) && Date.now() < deadline) {
      await sleep(1);
      look = await this.look();
    }
    return look;
  }
}

/** Runs a test in its own world. */
export async function inWorld(kit: Kit, work: (trial: Trial) => Promise<void>, injection?: Injection): Promise<void> {
  const recorder = new Recorder(injection);
  let failure: Thrown | undefined;
  let finish!: () => void;
  const isTried = new Promise<void>((resolve) => (finish = resolve));
  const ended = withAsync(kit.setting.world(), async (world) => {
    try {
      await work(new Trial(kit, recorder, world));
    } catch (error) {
      failure = { error };
      throw error;
    } finally {
      recorder.restore();
      finish();
    }
  }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  await Promise.race([isTried, ended]);
  const { timeout } = kit.setting;
  // Something that the manager left behind may keep its world from ending.
  const left = await within<Thrown | undefined>(timeout, ended, async () => ({ error: worldStuck(timeout) }));
  if (failure && left && left.error !== failure.error)
    throw new AggregateError([failure.error, left.error], (failure.error as Error).message);
  const thrown = failure ?? left;
  if (thrown) throw thrown.error;
}
