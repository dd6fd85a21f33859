import type { ManagerCase } from '../../../lib/testing/index.ts';

/** Runs the case of that name; gives its message if it fails. */
export async function failureIn(cases: readonly ManagerCase[], name: string): Promise<string | undefined> {
  const found = cases.find((one) => one.name === name);
  if (!found) throw new Error(`No case is called: ${name}`);
  return found.run().then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
}
