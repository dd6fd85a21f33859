/** Gives a function the name and the length of another. The redefined properties keep their attributes. */
export function withSignatureOf<Created extends object>(
  { name, length }: { name: string; length: number },
  created: Created,
): Created {
  return Object.defineProperties(created, { name: { value: name }, length: { value: length } });
}
