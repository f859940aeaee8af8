import { fileParsers } from './files.ts';
import { outputParsers } from './output.ts';
import type { TimedParser } from './parser.ts';
import { settingParsers } from './settings.ts';

/** Every parser and scanner of untrusted text. A new one belongs to the table of its group. */
export const timedParsers: readonly TimedParser[] = [
  ...fileParsers,
  ...settingParsers,
  ...outputParsers,
];
