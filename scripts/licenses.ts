// The licences of the packages whose source is in the bundle; scripts/bundle.mjs writes them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fieldsOf, parseJson } from '../src/text/json.ts';

const folder = 'node_modules/';

/** The directory of the package that a module belongs to; undefined for the project's own modules. */
export function packageOf(module: string): string | undefined {
  const start = module.lastIndexOf(folder);
  if (start === -1) return undefined;
  const parts = module.slice(start + folder.length).split('/');
  const name = parts.slice(0, parts[0]?.startsWith('@') === true ? 2 : 1).join('/');
  return module.slice(0, start + folder.length) + name;
}

/**
 * Name, version, licence, and the whole texts of the licence and the notices of a package.
 * @param directory of the package.
 * @throws if it has no such text: a bundle must not be made without it.
 */
export function licenseOf(directory: string): string {
  const manifest = fieldsOf(parseJson(readFileSync(join(directory, 'package.json'), 'utf8')));
  const title = `${String(manifest['name'])} ${String(manifest['version'])}`;
  const texts = readdirSync(directory)
    .filter((file) => /^(?:licen[cs]e|copying|notice)(?:[.-]|$)/i.test(file))
    .toSorted()
    .map((file) => readFileSync(join(directory, file), 'utf8').trim());
  if (texts.length === 0) throw new Error(`${title} has no licence text`);
  return [title, String(manifest['license']), ...texts].join('\n\n');
}

/** The text of licenses.txt. @param modules paths of the modules in the bundle. */
export function renderLicenses(modules: readonly string[]): string {
  const directories = modules.map(packageOf).filter((found) => found !== undefined);
  const licenses = [...new Set(directories)].map(licenseOf).toSorted();
  return `${licenses.join('\n\n----\n\n')}\n`;
}
