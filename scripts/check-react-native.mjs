// Bundles the conformance suite and the packed package as React Native apps are bundled: with Metro and React Native's
// Babel preset, from the oldest version that takes the package to the newest, for development and for release. Each bundle
// is run by Node, and compiled by Hermes's compiler.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { root } from './examples.mjs';
import { installPackage } from './pack.mjs';

const run = promisify(execFile);

const presets = ['0.73.21', '0.76.9', '0.79.7', '0.83.10', '0.88.1'];

const packages = {
  '@babel/core': '7.29.13',
  '@babel/runtime': '7.29.15',
  '@react-native/metro-babel-transformer': '0.83.9',
  'hermes-compiler': '260318099.0.8',
  metro: '0.83.8',
};

// The preset turns async generators into ordinary functions, which the decorators can't recognize.
const refusals = { 'decorators wrap generators': /Decorate the generator function itself, compiled for/ };

const main = `
  import { suite } from './suite.mjs';
  import * as withal from 'withal';
  suite(withal).then((results) => console.log(JSON.stringify(results)));
`;

// Babel reads it once per process.
const babelConfig = `
  module.exports = (api) => {
    const preset = api.cache.using(() => process.env.PRESET);
    return { presets: ['module:' + preset] };
  };
`;

const app = join(root, 'node_modules', '.cache', 'react-native');
await installPackages();
rmSync(join(app, 'node_modules', 'withal'), { recursive: true, force: true });
installPackage(app);
cpSync(join(root, 'conformance', 'suite.mjs'), join(app, 'suite.mjs'));
writeFileSync(join(app, 'main.js'), main);
writeFileSync(join(app, 'babel.config.js'), babelConfig);
for (const preset of presets) {
  for (const dev of [true, false]) await check(preset, dev);
}

/** Once for many runs. */
async function installPackages() {
  const aliases = presets.map((preset) => [aliasOf(preset), `npm:@react-native/babel-preset@${preset}`]);
  const wanted = [...Object.entries(packages), ...aliases];
  if (wanted.every(([name]) => existsSync(join(app, 'node_modules', name)))) return;
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, 'package.json'), '{ "private": true }');
  const specs = wanted.map(([name, version]) => `${name}@${version}`);
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...specs], {
    cwd: app,
  });
}

function aliasOf(preset) {
  return `preset-${preset}`;
}

async function check(preset, dev) {
  const bundle = join(app, `${preset}.${dev ? 'development' : 'release'}.js`);
  await bundleWith(preset, dev, bundle);
  const { stdout } = await run(process.execPath, [bundle]);
  await run(hermesCompiler(), ['-w', '-emit-binary', '-out', `${bundle}.hbc`, bundle]);
  report(`React Native ${preset}, ${dev ? 'development' : 'release'}`, JSON.parse(stdout));
}

async function bundleWith(preset, dev, out) {
  process.env.PRESET = aliasOf(preset);
  const { loadConfig, runBuild } = createRequire(join(app, 'main.js'))('metro');
  const overrides = {
    projectRoot: app,
    cacheStores: [],
    reporter: { update() {} },
    resolver: { useWatchman: false },
    transformer: {
      babelTransformerPath: join(app, 'node_modules', '@react-native', 'metro-babel-transformer'),
      // The suite checks names.
      minifierConfig: { keep_fnames: true },
    },
  };
  const config = await loadConfig({ cwd: app, resetCache: true }, overrides);
  await runBuild(config, { entry: 'main.js', out, platform: 'android', dev, minify: !dev });
}

function hermesCompiler() {
  const folders = { linux: 'linux64-bin', darwin: 'osx-bin', win32: 'win64-bin' };
  return join(app, 'node_modules', 'hermes-compiler', 'hermesc', folders[process.platform], 'hermesc');
}

function report(name, results) {
  const problems = results.filter(([title, problem]) => problem && !refusals[title]?.test(problem));
  console.log(`${problems.length > 0 ? '✘' : '✔'} ${name}: ${results.length} cases`);
  for (const [title, problem] of problems) console.error(`  ${title}: ${problem}`);
  // Running no cases wouldn't be a problem otherwise.
  if (problems.length > 0 || results.length < 20) process.exitCode = 1;
}
