import { join } from 'node:path';
import type { Container } from './pod.ts';

/** What runs on this machine in place of an image. */
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

/** Which stand-in an image has; undefined for an image that no registry knows. */
export function imageKind(image: string): ImageKind | undefined {
  if (/(^|\/)kaniko/.test(image)) return 'kaniko';
  if (/(^|\/)busybox(:|@|$)/.test(image)) return 'busybox';
  return undefined;
}

/** The builder for kaniko images, the container's own command for busybox: its shell and tools are this machine's. */
export function programOf(kind: ImageKind, container: Container, place: ContainerPlace): Program {
  // There is no mount namespace: the container's file stands somewhere else.
  const localize = (text: string): string =>
    text.replaceAll(
      container.terminationMessagePath ?? '/dev/termination-log',
      place.terminationLog,
    );
  const given = (container.env ?? []).map(({ name, value }) => [name, value ?? '']);
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOSTNAME: place.hostname,
    HOME: place.directory,
    ...(Object.fromEntries(given) as Record<string, string>),
  };
  const args = container.args ?? [];
  if (kind === 'kaniko' && (container.command?.[0] ?? '/kaniko/executor') === '/kaniko/executor') {
    const ownArgs = container.command?.slice(1) ?? [];
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
  const [command = 'sh', ...rest] = container.command ?? (args.length > 0 ? [] : ['sh']);
  const words =
    container.command === undefined && args.length > 0 ? args : [command, ...rest, ...args];
  return {
    command: localize(words[0] ?? 'sh'),
    args: words.slice(1).map(localize),
    env,
  };
}
