// What compiles a consumer's code for older targets, as its users set it up.

import { transformSync as babel, version as babelVersion } from '@babel/core';
import { transformSync as swc, version as swcVersion } from '@swc/core';
import { transformSync as esbuild, version as esbuildVersion } from 'esbuild';
import ts from 'typescript';

/** Where async generators are compiled, the decorators see ordinary functions. They say so when one is called. */
const decorators = {
  'decorators wrap generators': /Decorate the generator function itself, compiled for/,
};

/**
 * By name: the version, what compiles a module, what can't work there, by the titles of the cases and what is said, and
 * whether it can't compile the package itself. esbuild has no ES5.
 */
export const compilers = {
  'TypeScript, ES2017': { version: ts.version, compile: typescript('es2017'), refusals: decorators },
  'TypeScript, ES5': {
    version: ts.version,
    compile: typescript('es5'),
    // Its classes call those that they extend, which the package's own don't let anybody.
    refusals: { ...decorators, 'managers written as classes': /cannot be invoked without 'new'/ },
    // It assigns what a class overrides, and `Symbol.hasInstance` can only be defined.
    isForConsumers: true,
  },
  'Babel, ES2017': { version: babelVersion, compile: babelFor({ chrome: '58' }), refusals: decorators },
  'Babel, ES5': { version: babelVersion, compile: babelFor({ ie: '11' }), refusals: decorators },
  'swc, ES2017': { version: swcVersion, compile: swcFor('es2017'), refusals: decorators },
  'swc, ES5': { version: swcVersion, compile: swcFor('es5'), refusals: decorators },
  'esbuild, ES2017': {
    version: esbuildVersion,
    compile: (code) => esbuild(code, { target: 'es2017', keepNames: true }).code,
    // It takes the `yield*` of a sync generator for that of an async one.
    refusals: { ...decorators, 'scopes, in order or at once': /an object \(__await\) was given/ },
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
