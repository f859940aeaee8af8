import type { RuntimeConfig } from '../oci/image-spec.ts';
import type { Step } from './dockerfile.ts';
import { expandWord, splitWords, type Lookup } from './words.ts';

/** The context of an instruction. */
export interface Scope {
  readonly lookup: Lookup;
  readonly escape: string;
  /** True if CMD is in this stage: ENTRYPOINT then does not reset it. */
  readonly hasCmd: boolean;
}

/** Turns a configuration into the one after an instruction. */
export type Setting = (config: RuntimeConfig, step: Step, scope: Scope) => RuntimeConfig;

/** The instructions that only change the configuration of the image. */
export const settings: Readonly<Record<string, Setting>> = {
  CMD: (config, step) => ({ ...config, Cmd: toCommand(config, step) }),
  ENTRYPOINT: (config, step, { hasCmd }) => {
    // A new ENTRYPOINT resets the CMD of the base image.
    const { Cmd, ...rest } = config;
    const kept = hasCmd && Cmd !== undefined ? { Cmd } : {};
    return { ...rest, ...kept, Entrypoint: toCommand(config, step) };
  },
  ENV: (config, step, scope) => ({
    ...config,
    Env: toPairs(step, scope).reduce(setVariable, config.Env ?? []),
  }),
  EXPOSE: (config, step, scope) => ({
    ...config,
    ExposedPorts: { ...config.ExposedPorts, ...toSet(words(step, scope).map(toPort)) },
  }),
  LABEL: (config, step, scope) => ({
    ...config,
    Labels: { ...config.Labels, ...Object.fromEntries(toPairs(step, scope)) },
  }),
  // MAINTAINER is deprecated by Docker and has no effect here.
  MAINTAINER: (config) => config,
  SHELL: (config, { words: shell }) => ({ ...config, Shell: shell }),
  STOPSIGNAL: (config, step, scope) => ({
    ...config,
    StopSignal: expandWord(step.rest, scope.lookup, scope.escape),
  }),
  USER: (config, step, scope) => ({
    ...config,
    User: expandWord(step.rest, scope.lookup, scope.escape),
  }),
  VOLUME: (config, step, scope) => ({
    ...config,
    Volumes: { ...config.Volumes, ...toSet(words(step, scope)) },
  }),
};

/** `NAME=value` pairs, or the old form `NAME value` with everything after the first blank. */
export function toPairs(
  step: Step,
  { lookup, escape }: Pick<Scope, 'lookup' | 'escape'>,
): readonly (readonly [string, string])[] {
  const [first = ''] = step.words;
  if (!first.includes('=')) {
    const value = step.rest.slice(first.length).trim();
    return [[first, expandWord(value, lookup, escape)]];
  }
  return splitWords(step.rest, escape).map((word) => {
    const equals = word.indexOf('=');
    const name = expandWord(word.slice(0, equals), lookup, escape);
    return [name, expandWord(word.slice(equals + 1), lookup, escape)];
  });
}

/** A variable keeps its place when it gets another value. */
export function setVariable(
  env: readonly string[],
  [name, value]: readonly [string, string],
): readonly string[] {
  const pair = `${name}=${value}`;
  const index = env.findIndex((known) => known.startsWith(`${name}=`));
  return index < 0 ? [...env, pair] : env.with(index, pair);
}

function words({ words: raw, isJson }: Step, { lookup, escape }: Scope): readonly string[] {
  return raw.flatMap((word) => {
    const expanded = expandWord(word, lookup, escape);
    // A variable can contain several ports or paths.
    return isJson ? [expanded] : expanded.split(/\s+/).filter((part) => part !== '');
  });
}

/** The shell form is run by the image's shell. */
function toCommand({ Shell }: RuntimeConfig, { isJson, words: argv, rest }: Step): string[] {
  return isJson ? [...argv] : [...(Shell ?? ['/bin/sh', '-c']), rest];
}

function toPort(port: string): string {
  return port.includes('/') ? port : `${port}/tcp`;
}

function toSet(names: readonly string[]): Readonly<Record<string, object>> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}
