import { AsyncExitStack, asyncContextManager, type AsyncContextManager } from 'withal';

interface Opened<T> {
  readonly value: Awaited<T>;
  readonly stack: AsyncExitStack;
}

/**
 * Returns a manager that many blocks can enter concurrently. The given manager is
 * entered once for all of them.
 */
export function shared<T>(
  manager: AsyncContextManager<T>,
): AsyncContextManager<Awaited<T>> {
  let current: { users: number; readonly opened: Promise<Opened<T>> } | undefined;
  let closed = Promise.resolve();

  /** If the value is being closed, waits for that first, even if closing fails. */
  const open = async (): Promise<Opened<T>> => {
    await closed.catch(() => undefined);
    const stack = new AsyncExitStack();
    return { value: await stack.enterContext(manager), stack };
  };

  const user = asyncContextManager(async function* shared() {
    const used = (current ??= { users: 0, opened: open() });
    used.users += 1;
    try {
      const { value, stack } = await used.opened.catch((error: unknown) => {
        // The next block tries again.
        if (current === used) current = undefined;
        throw error;
      });
      try {
        yield value;
      } finally {
        if (used.users === 1) {
          current = undefined;
          closed = Promise.resolve(stack.exitAsync()).then(() => undefined);
          await closed;
        }
      }
    } finally {
      used.users -= 1;
    }
  });
  return user();
}
