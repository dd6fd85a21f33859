import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { programs, root, titleOf } from '../.vitepress/pages.mjs';

/** A page for each program, which shows all of it. */
export default {
  paths: () => programs().map((path) => ({ params: { path }, content: pageOf(path) })),
};

function pageOf(path) {
  const language = { '.ts': 'ts', '.mts': 'ts', '.mjs': 'js' }[extname(path)] ?? 'text';
  const index = indexOf(dirname(path));
  const code = readFileSync(join(root, path), 'utf8');
  return `# ${basename(path)}\n\n\`${path}\`, part of [${titleOf(index)}](${relative(dirname(path), index)})\n\n\`\`\`\`${language} from: ${basename(path)}\n${code}\`\`\`\`\n`;
}

/** The page that a program belongs to. */
function indexOf(folder) {
  const index = join(folder, 'README.md');
  return existsSync(join(root, index)) ? index : indexOf(dirname(folder));
}
