import { it } from '@jest/globals';
import { slot } from '../../lib/engine/observer.ts';

/** A test of what an observer changes on purpose: it names open blocks, reads names, and asks for its context. */
export const itUnobserved: typeof it.skip = slot.observer ? it.skip : it;
