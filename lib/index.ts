/**
 * Context managers for every runtime: write setup, `yield` once, write teardown.
 *
 * @module withal
 */

// Enter, run the body, exit
export { withAsync, withSync } from './with.ts';

// Managers written as generators, and as classes
export { asyncContextManager, contextManager } from './generator.ts';
export { AbstractAsyncContextManager, AbstractContextManager } from './abstract.ts';

// Managers made of managers
export { enter, type Entering, type EnteringAsync, type EnterRequest } from './enter.ts';
export { scopeAsync, scopeSync } from './scope.ts';
export { all, type AllOptions } from './all.ts';

// Many managers in one block
export { AsyncExitStack } from './async-exit-stack.ts';
export { ExitStack } from './exit-stack.ts';

// Ready-made managers
export { aclosing, type AsyncClosing } from './aclosing.ts';
export { closing, type ClosingManager } from './closing.ts';
export { nullContext } from './null-context.ts';
export { suppress } from './suppress.ts';
export { timeout, type TimeoutOptions } from './timeout.ts';

// Functions that run inside a manager
export {
  asyncContextDecorator,
  contextDecorator,
  type AsyncContextDecorator,
  type ContextDecorator,
} from './decorator.ts';

// What a manager is
export type { AbortSignalLike } from './abort.ts';
export { isAsyncContextManager, isContextManager } from './protocol.ts';
export type {
  AsyncContextManager,
  AsyncEnterable,
  ContextManager,
  Enterable,
  Entered,
  ExitAnswer,
  Fallback,
  Suppressed,
  Thrown,
} from './protocol.ts';

// Errors
export { ContextManagerError, SuppressedError, type ContextManagerErrorCode } from './errors.ts';
