import {
  AsyncExitStack,
  asyncContextManager,
  enter,
  type AsyncContextManager,
} from 'withal';

/**
 * Gives the block a function that enters the manager on its first call, and returns the
 * manager's value.
 */
export const lazy = asyncContextManager(async function* lazy<T>(
  manager: AsyncContextManager<T>,
) {
  const stack = yield* enter(new AsyncExitStack());
  let opened: Promise<Awaited<T>> | undefined;
  yield async () => {
    opened ??= stack.enterContext(manager).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
});
