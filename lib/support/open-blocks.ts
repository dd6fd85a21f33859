import { share } from './shared.ts';

/** The part of a `withal/observe` visit that a report needs. */
export interface OpenBlock {
  /** The name of its manager. */
  readonly name: string;
  /** Its phase: entering, in its body, or exiting. */
  readonly phase: string;
}

/** Where `withal/observe` puts a function that lists the open blocks, the outer ones first. */
export const observers: () => Set<() => readonly OpenBlock[]> = /* @__PURE__ */ share('observers', () => new Set());

/** The blocks that are open now; empty without an observer. */
export function openBlocks(): readonly OpenBlock[] {
  return [...observers()].flatMap((list) => list());
}
