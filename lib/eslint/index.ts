/**
 * An ESLint plugin for what neither the compiler nor the run time can see of managers.
 *
 * @module withal/eslint
 */

import type { Rule } from './rule.ts';
import { annotateDefaults } from './rules/annotate-defaults.ts';
import { awaitBlocks } from './rules/await-blocks.ts';
import { completeLast } from './rules/complete-last.ts';
import { enterWithStar } from './rules/enter-with-star.ts';
import { exitInOrder } from './rules/exit-in-order.ts';
import { finishStacks } from './rules/finish-stacks.ts';
import { nameManagers } from './rules/name-managers.ts';
import { noEscapingValue } from './rules/no-escaping-value.ts';
import { noFloatingManagers } from './rules/no-floating-managers.ts';
import { noGeneratorBody } from './rules/no-generator-body.ts';
import { noLeakySetup } from './rules/no-leaky-setup.ts';
import { noSilentSwallow } from './rules/no-silent-swallow.ts';
import { noThenableYield } from './rules/no-thenable-yield.ts';
import { protectTeardown } from './rules/protect-teardown.ts';
import { resultBlocks } from './rules/result-blocks.ts';
import { rethrowNext } from './rules/rethrow-next.ts';
import { settleInBody } from './rules/settle-in-body.ts';
import { yieldsOnce } from './rules/yields-once.ts';

export const rules: Readonly<Record<string, Rule>> = {
  'annotate-defaults': annotateDefaults,
  'await-blocks': awaitBlocks,
  'complete-last': completeLast,
  'enter-with-star': enterWithStar,
  'exit-in-order': exitInOrder,
  'finish-stacks': finishStacks,
  'name-managers': nameManagers,
  'no-escaping-value': noEscapingValue,
  'no-floating-managers': noFloatingManagers,
  'no-generator-body': noGeneratorBody,
  'no-leaky-setup': noLeakySetup,
  'no-silent-swallow': noSilentSwallow,
  'no-thenable-yield': noThenableYield,
  'protect-teardown': protectTeardown,
  'result-blocks': resultBlocks,
  'rethrow-next': rethrowNext,
  'settle-in-body': settleInBody,
  'yields-once': yieldsOnce,
};
