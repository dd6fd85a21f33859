import { nullContext, withSync } from 'withal';

const lines: string[] = [];
withSync(nullContext(1), () => void lines.push('x'));
withSync(nullContext(1), (n) => { void lines.push(String(n)); });
export {};
