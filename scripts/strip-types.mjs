import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const tsconfig = fileURLToPath(new URL('../tsconfig.json', import.meta.url));
const { config } = ts.readConfigFile(tsconfig, ts.sys.readFile);
const compilerOptions = { ...config.compilerOptions, module: 'esnext', sourceMap: false };

/** Turns one source file into an ES module, with the repository's tsconfig, without looking at other files. */
export function stripTypes(code, fileName) {
  return ts.transpileModule(code, { fileName, compilerOptions }).outputText;
}
