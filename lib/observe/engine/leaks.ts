import type { Debt } from '../../engine/observer.ts';
import type { Visit } from '../visit.ts';
import { nameOf } from './names.ts';
import { withSite } from './text.ts';

/** Something that was forgotten, and has now been garbage-collected. */
export interface Leak {
  /**
   * A manager that was never entered, a stack or an `aclosing` that was never closed, or a block that can never settle.
   */
  readonly kind: 'never entered' | Debt | 'never exited';
  /** The manager's name. */
  readonly name: string;
  /** With `sites: true`, the stack where it was made or entered. */
  readonly site: string | undefined;
  /** All of this as text. */
  readonly message: string;
}

type Owed = { -readonly [K in keyof Omit<Leak, 'message'>]: Leak[K] };

/** Reports things that are garbage-collected before they were entered or finished. It keeps none of them alive. */
export class Leaks {
  private readonly owed = new WeakMap<object, Owed>();
  /** Set once the last watch has ended: what happened to things after that is unknown. */
  private isOver = false;
  private readonly registry: FinalizationRegistry<Owed | Visit>;

  constructor(tell: (leak: Leak) => void, forget: (visit: Visit) => void) {
    this.registry = new FinalizationRegistry((held) => {
      if (this.isOver) return;
      if (!('phase' in held)) tell(withMessage(held));
      else if (held.phase !== 'over') {
        forget(held);
        // If a stack is forgotten, so is what it holds, and only the stack is reported.
        if (held.times.entering !== undefined || held.by.startsWith('scope'))
          tell(withMessage({ kind: 'never exited', name: held.name, site: held.site }));
      }
    });
  }

  owe(thing: object, debt: Debt | undefined, name: string | undefined, site: () => string | undefined): void {
    const kind = debt ?? 'never entered';
    const known = this.owed.get(thing);
    if (known) known.kind = kind;
    else this.register(thing, { kind, name: name ?? nameOf(thing), site: site() });
  }

  stop(): void {
    this.isOver = true;
  }

  settle(thing: object): void {
    if (this.owed.delete(thing)) this.registry.unregister(thing);
  }

  /** Reports a visit that can never end anymore. */
  follow(frame: object, visit: Visit): void {
    this.registry.register(frame, visit);
  }

  private register(thing: object, owed: Owed): void {
    this.owed.set(thing, owed);
    this.registry.register(thing, owed, thing);
  }
}

function withMessage({ kind, name, site }: Owed): Leak {
  return { kind, name, site, message: withSite(`${name} was ${kind}.`, site) };
}
