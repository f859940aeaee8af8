import { join } from 'node:path';
import { expandTexts } from './expansion.ts';
import type { Container } from './pod.ts';

/** The program that runs on this machine in place of an image. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Directories of one container. */
export interface ContainerPlace {
  readonly hostname: string;
  /** Empty at the start; the working directory. */
  readonly directory: string;
  readonly terminationLog: string;
}

type ImageKind = 'kaniko' | 'busybox';

const builder = join(import.meta.dirname, '..', 'builder.ts');

/** The program for an image; undefined for an image that does not exist. */
export function imageKind(image: string): ImageKind | undefined {
  if (/(^|\/)kaniko/.test(image)) return 'kaniko';
  if (/(^|\/)busybox(:|@|$)/.test(image)) return 'busybox';
  return undefined;
}

/** The builder for kaniko images, the command of the container for busybox, with the shell and tools of this machine. */
export function programOf(kind: ImageKind, container: Container, place: ContainerPlace): Program {
  // Without a mount namespace, the file of the container has another path.
  const localize = (text: string): string =>
    text.replaceAll(
      container.terminationMessagePath ?? '/dev/termination-log',
      place.terminationLog,
    );
  const { command: own, args, env: given } = expandTexts(container);
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOSTNAME: place.hostname,
    HOME: place.directory,
    ...Object.fromEntries(given),
  };
  if (kind === 'kaniko' && (own?.[0] ?? '/kaniko/executor') === '/kaniko/executor') {
    const ownArgs = own?.slice(1) ?? [];
    return {
      command: process.execPath,
      args: [builder, ...ownArgs, ...args],
      env: {
        ...env,
        PLAYGROUND_ROOT: place.directory,
        PLAYGROUND_TERMINATION_LOG: place.terminationLog,
      },
    };
  }
  const [command = 'sh', ...rest] = own ?? (args.length > 0 ? [] : ['sh']);
  const words = own === undefined && args.length > 0 ? args : [command, ...rest, ...args];
  return {
    command: localize(words[0] ?? 'sh'),
    args: words.slice(1).map(localize),
    env,
  };
}
