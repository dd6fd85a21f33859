// The compilers that consumers use for older targets, with their usual settings.

import { transformSync as babel, version as babelVersion } from '@babel/core';
import { transformSync as swc, version as swcVersion } from '@swc/core';
import { transformSync as esbuild, version as esbuildVersion } from 'esbuild';
import ts from 'typescript';

/** If async generators are compiled, the decorators see ordinary functions, and throw when one is called. */
const decorators = {
  'decorators wrap generators': /Decorate the generator function itself, compiled for/,
};

/**
 * For each compiler: the version, the function that compiles a module, the titles of the cases that can't work with
 * their messages, and whether it can't compile the package itself. esbuild doesn't support ES5.
 */
export const compilers = {
  'TypeScript, ES2017': { version: ts.version, compile: typescript('es2017'), refusals: decorators },
  'TypeScript, ES5': {
    version: ts.version,
    compile: typescript('es5'),
    // Its classes call the classes that they extend, which the package's classes don't allow.
    refusals: { ...decorators, 'managers written as classes': /cannot be invoked without 'new'/ },
    // It assigns the members that a class overrides, but `Symbol.hasInstance` can only be defined.
    isForConsumers: true,
  },
  'Babel, ES2017': { version: babelVersion, compile: babelFor({ chrome: '58' }), refusals: decorators },
  'Babel, ES5': { version: babelVersion, compile: babelFor({ ie: '11' }), refusals: decorators },
  'swc, ES2017': { version: swcVersion, compile: swcFor('es2017'), refusals: decorators },
  'swc, ES5': { version: swcVersion, compile: swcFor('es5'), refusals: decorators },
  'esbuild, ES2017': {
    version: esbuildVersion,
    compile: (code) => esbuild(code, { target: 'es2017', keepNames: true }).code,
    // It confuses the `yield*` of a sync generator with that of an async one.
    refusals: { ...decorators, 'scopes, in order or at once': /Cannot yield an object \(__await\) in scope/ },
  },
};

function typescript(target) {
  const compilerOptions = { target, module: 'esnext', downlevelIteration: true };
  return (code) => ts.transpileModule(code, { compilerOptions }).outputText;
}

function babelFor(targets) {
  const presets = [['@babel/preset-env', { targets, modules: false }]];
  return (code) => babel(code, { configFile: false, presets }).code;
}

function swcFor(target) {
  const parser = { syntax: 'ecmascript', explicitResourceManagement: true };
  return (code) => swc(code, { jsc: { target, parser }, module: { type: 'es6' }, isModule: true }).code;
}
