const { MODEL_RUNS } = process.env;

/** Tries a property on the same random inputs each time or, with `MODEL_RUNS`, on that many new ones. */
export function randomRuns(numRuns: number): { numRuns: number; seed?: number } {
  return MODEL_RUNS ? { numRuns: Number(MODEL_RUNS) } : { numRuns, seed: 1 };
}
