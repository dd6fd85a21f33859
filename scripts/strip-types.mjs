import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const tsconfig = fileURLToPath(new URL('../tsconfig.json', import.meta.url));
const { config } = ts.readConfigFile(tsconfig, ts.sys.readFile);
const compilerOptions = { ...config.compilerOptions, module: 'esnext', sourceMap: false };

/** Makes an ES module of one source file, as the repository's tsconfig says, without looking at any other. */
export function stripTypes(code, fileName) {
  return ts.transpileModule(code, { fileName, compilerOptions }).outputText;
}
