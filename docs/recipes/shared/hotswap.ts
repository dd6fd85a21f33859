import {
  AsyncExitStack,
  asyncContextManager,
  enter,
  type AsyncContextManager,
} from 'withal';

/**
 * Gives the block a function that enters a manager, and then exits the previous one.
 */
export const hotswap = asyncContextManager(async function* hotswap() {
  let current = new AsyncExitStack();
  let last: Promise<unknown> = Promise.resolve();
  let isOver = false;
  yield* enter({
    enterAsync: async () => undefined,
    exitAsync: async (thrown?: { readonly error: unknown }): Promise<undefined> => {
      isOver = true;
      await last;
      await current.exitAsync(thrown);
    },
  });

  const replace = async <T>(manager: AsyncContextManager<T>): Promise<Awaited<T>> => {
    const next = new AsyncExitStack();
    const value = await next.enterContext(manager);
    const previous = current;
    current = next;
    await previous.exitAsync();
    return value;
  };

  /** One swap at a time. */
  yield async <T>(manager: AsyncContextManager<T>): Promise<Awaited<T>> => {
    if (isOver)
      throw new ReferenceError('The block is over: nothing would exit the next one.');
    const swapped = last.then(() => replace(manager));
    last = swapped.catch(() => undefined);
    return swapped;
  };
});
