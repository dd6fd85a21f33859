import type { Visit } from '../visit.ts';

/** Puts each visit after the one around it. One whose parent isn't among them is a root. */
export function asTree(visits: readonly Visit[]): Visit[] {
  return [...walk(visits)].map(({ visit }) => visit);
}

/** A visit in a tree. */
export interface Placed {
  readonly visit: Visit;
  /** For each level above, whether more visits follow there; the last is the visit's own. */
  readonly more: readonly boolean[];
}

/** Goes through the tree, parents first. A loop and not a recursion, because thousands of blocks may nest. */
export function* walk(visits: readonly Visit[]): Generator<Placed, void, void> {
  const among = new Set(visits);
  const children = new Map<Visit | undefined, Visit[]>();
  // Finished visits come in the order in which they ended.
  for (const visit of [...visits].sort((one, other) => one.id - other.id)) {
    const parent = visit.parent && among.has(visit.parent) ? visit.parent : undefined;
    const siblings = children.get(parent);
    if (siblings) siblings.push(visit);
    else children.set(parent, [visit]);
  }
  const stack: Placed[] = [];
  const push = (parent: Visit | undefined, above: readonly boolean[]) => {
    const siblings = children.get(parent) ?? [];
    for (let index = siblings.length - 1; index >= 0; index--)
      stack.push({ visit: siblings[index] as Visit, more: [...above, index < siblings.length - 1] });
  };
  push(undefined, []);
  for (let placed = stack.pop(); placed; placed = stack.pop()) {
    yield placed;
    push(placed.visit, placed.more);
  }
}
