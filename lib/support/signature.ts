/** Gives a function the name and the length of another. A redefined property keeps its attributes. */
export function withSignatureOf<Created extends object>(
  { name, length }: { name: string; length: number },
  created: Created,
): Created {
  return Object.defineProperties(created, { name: { value: name }, length: { value: length } });
}
