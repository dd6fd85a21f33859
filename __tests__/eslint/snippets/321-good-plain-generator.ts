export function* numbers() {
  yield 1;
  yield 2;
}
export async function* pages(urls: string[]) {
  for (const url of urls) yield url;
}
export {};
