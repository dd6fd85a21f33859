import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** V8's own collector. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** Waits until garbage is collected, and finalizers have run. */
export async function collected(): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await new Promise((resolve) => void setTimeout(resolve, 1));
    collectGarbage();
  }
  await new Promise((resolve) => void setTimeout(resolve, 1));
}
