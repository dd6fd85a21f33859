/**
 * Context managers for every runtime: write setup, `yield` once, write teardown.
 *
 * @module withal
 */

// Enter, run the body, exit
export { withAsync } from './with-async.ts';
export { withSync } from './with-sync.ts';

// Managers written as generators, and as classes
export { asyncContextManager } from './async-context-manager.ts';
export { contextManager } from './context-manager.ts';
export { AbstractAsyncContextManager } from './abstract-async-context-manager.ts';
export { AbstractContextManager } from './abstract-context-manager.ts';

// Managers made of managers
export { enter, type Entering, type EnterRequest } from './enter.ts';
export { scopeAsync } from './scope-async.ts';
export { scopeSync } from './scope-sync.ts';
export { all, type AllOptions } from './all.ts';

// Many managers in one block
export { AsyncExitStack } from './async-exit-stack.ts';
export { ExitStack } from './exit-stack.ts';

// Ready-made managers
export { aclosing, type AclosingOptions, type AsyncClosing } from './aclosing.ts';
export { closing } from './closing.ts';
export { nullContext } from './null-context.ts';
export { passing, type Passing } from './passing.ts';
export { suppress } from './suppress.ts';
export { timeout, type TimeoutOptions } from './timeout.ts';

// Managers that stop waiting
export { abandonable } from './abandonable.ts';
export { deadline } from './deadline.ts';
export type { LateOptions } from './engine/late.ts';

// Managers of APIs that take a callback
export { fromCallback, type SurroundedBody } from './from-callback.ts';

// Blocks of many tasks
export { taskGroup, type TaskGroup, type TaskGroupOptions } from './task-group.ts';

// Blocks whose errors are values
export { resultBlocks, type AsyncResultDecorator, type ResultBlocks, type ResultDecorator } from './result-blocks.ts';

// Functions that run inside a manager
export { asyncContextDecorator, type AsyncContextDecorator } from './async-context-decorator.ts';
export { contextDecorator, type ContextDecorator } from './context-decorator.ts';

// What a manager is
export { isAsyncContextManager } from './is-async-context-manager.ts';
export { isContextManager } from './is-context-manager.ts';
export type { AbortSignalLike } from './support/abort.ts';
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
export { ContextManagerError, type ContextManagerErrorCode } from './context-manager-error.ts';
export { SuppressedError } from './suppressed-error.ts';
