export { contextManager } from './withal/lib/index.ts';
