// Packages of client-node that the action never reaches. They would be in the bundle, because client-node imports them at its
// top. A call of a stub says why it is one.
import { mkdirSync, writeFileSync } from 'node:fs';

const refuse = (name, why) => `() => { throw new Error('${name} is not in the bundle: ${why}'); }`;

const stubs = {
  // Selects the token in the output of a command of the auth-providers gcp and azure, which the action does not run.
  'jsonpath-plus': `export const JSONPath = ${refuse('jsonpath-plus', 'commands of auth-providers are not run')};\n`,
  // The action parses kubeconfigs itself.
  'js-yaml': ['load', 'loadAll', 'dump']
    .map(
      (name) => `export const ${name} = ${refuse('js-yaml', 'client-node does not parse YAML')};\n`,
    )
    .join(''),
};

/** Writes the stubs into the copy of client-node. @param client its directory. */
export function writeStubs(client) {
  for (const [name, source] of Object.entries(stubs)) {
    const directory = `${client}/node_modules/${name}`;
    mkdirSync(directory, { recursive: true });
    const manifest = {
      name,
      version: '0.0.0',
      type: 'module',
      main: 'index.js',
      sideEffects: false,
    };
    writeFileSync(`${directory}/package.json`, JSON.stringify(manifest));
    writeFileSync(`${directory}/index.js`, source);
  }
}
