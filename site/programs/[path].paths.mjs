import { readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { programs, root } from '../.vitepress/pages.mjs';

/** A page for each program, which shows all of it. */
export default {
  paths: () => programs().map((path) => ({ params: { path }, content: pageOf(path) })),
};

function pageOf(path) {
  const language = { '.ts': 'ts', '.mts': 'ts', '.mjs': 'js' }[extname(path)] ?? 'text';
  const code = readFileSync(join(root, path), 'utf8');
  return `# ${basename(path)}\n\n\`${path}\`\n\n\`\`\`\`${language}\n${code}\`\`\`\`\n`;
}
