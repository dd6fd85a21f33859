/** How many random programs a property is tried on: in the quick gate the same ones each time; with `MODEL_RUNS`, that many others. */
const { MODEL_RUNS } = process.env;

export function randomRuns(numRuns: number): { numRuns: number; seed?: number } {
  return MODEL_RUNS ? { numRuns: Number(MODEL_RUNS) } : { numRuns, seed: 1 };
}
