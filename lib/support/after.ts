interface Timers {
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The longest delay of a timer: a longer one would fire at once. */
const longest = 2 ** 31 - 1;

/** Calls back after that many milliseconds, or never if `Infinity`. Returns a function that prevents it. */
export function after(ms: number, callback: () => void, keepsProcessAlive = true): () => void {
  const { setTimeout, clearTimeout } = globalThis as unknown as Timers;
  let timer: unknown;
  const wait = (left: number): void => {
    if (left === Infinity) return;
    timer = setTimeout(left > longest ? () => wait(left - longest) : callback, Math.min(left, longest));
    // jsdom's timers are numbers, and keep nothing alive.
    if (!keepsProcessAlive) (timer as { unref?(): void }).unref?.();
  };
  wait(ms);
  return () => clearTimeout(timer);
}
