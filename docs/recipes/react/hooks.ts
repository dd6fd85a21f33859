import { useCallback, useEffect, useRef, useState, type DependencyList } from 'react';
import {
  ExitStack,
  withAsync,
  type AsyncContextManager,
  type ContextManager,
} from 'withal';

/**
 * Keeps a sync manager entered while the component is mounted, and enters a new one if a
 * dependency changes. Returns the manager's value; undefined until the setup has run.
 */
export function useManager<T>(
  make: () => ContextManager<T, unknown>,
  deps: DependencyList,
): T | undefined {
  const source = useCallback(make, deps);
  const [entered, setEntered] = useState<Entered<T>>();

  useEffect(() => {
    const stack = new ExitStack<unknown>();
    setEntered({ source, value: stack.enterContext(source()) });
    return () => {
      setEntered(undefined);
      stack.exit();
    };
  }, [source]);

  return valueFrom(entered, source);
}

/**
 * Keeps an async manager entered while the component is mounted, and enters a new one if
 * a dependency changes, as soon as the old one's teardown is over. Returns the manager's
 * value; undefined until the setup is over. The signal aborts when the component unmounts
 * or a dependency changes.
 */
export function useAsyncManager<T>(
  make: (signal: AbortSignal) => AsyncContextManager<T, unknown>,
  deps: DependencyList,
): T | undefined {
  const source = useCallback(make, deps);
  const [entered, setEntered] = useState<Entered<T>>();
  const [failure, setFailure] = useState<{ readonly error: unknown }>();
  const last = useRef(Promise.resolve());

  useEffect(() => {
    const leaving = new AbortController();
    const signal: AbortSignal = leaving.signal;

    const block = last.current.then(async () => {
      if (signal.aborted) return;
      await withAsync(source(signal), async (value) => {
        if (signal.aborted) return;
        setEntered({ source, value });
        await aborted(signal);
      });
    });
    // The next setup waits for the end of this block, however it ends.
    last.current = block.catch(() => undefined);
    block.catch((error: unknown) => {
      if (!signal.aborted) setFailure({ error });
      // React has moved on: an unhandled rejection is all that can still report it.
      else if (error !== signal.reason) throw error;
    });

    return () => {
      setEntered(undefined);
      leaving.abort();
    };
  }, [source]);

  // Error boundaries only see what a render or an effect throws.
  if (failure) throw failure.error;
  return valueFrom(entered, source);
}

interface Entered<T> {
  /** The function that made the manager. It changes with the dependencies. */
  readonly source: unknown;
  readonly value: T;
}

/** A render with new dependencies comes before their setup: it doesn't get the old value. */
function valueFrom<T>(entered: Entered<T> | undefined, source: unknown): T | undefined {
  return entered?.source === source ? entered?.value : undefined;
}

function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
}
