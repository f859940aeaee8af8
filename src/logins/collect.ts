import { BuildError, describeError } from '../errors.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { dockerHub, normalizeHost, parseRepository } from '../inputs/values/reference.ts';
import type { RunCommand } from '../ports.ts';
import { fieldsOf, isFields, parseJson, type Fields } from '../text/json.ts';
import { lastLine, maskForms } from '../text/mask.ts';
import { stoppedWhile } from '../time/deadline.ts';

/** Where logins are looked up: the parts of Docker's config.json that say so. */
export interface DockerConfig {
  /** Path of the file, for messages. */
  readonly source: string;
  readonly auths: Fields;
  /** Suffix of the helper's program by host. */
  readonly credHelpers: Fields;
  readonly credsStore: string | undefined;
}

/** A registry whose login is sent if there is one. */
export interface WantedHost {
  readonly host: string;
  /** The build pushes there or keeps its cache there: a helper that fails is an error, not a warning. */
  readonly required: boolean;
}

/** What is sent beside the context. */
export interface Logins {
  /** `auth/config.json` with these hosts alone; undefined without a login. */
  readonly config: Buffer | undefined;
  /** Registries with a login, `index.docker.io` for Docker Hub. */
  readonly hosts: readonly string[];
  /** To be masked before anything is logged. */
  readonly secrets: readonly string[];
  readonly warnings: readonly string[];
}

/** One entry of `auths`. */
type Entry = Readonly<Record<string, string>>;

/** The key under which Docker keeps the login to Docker Hub. */
const hubKey = 'https://index.docker.io/v1/';
const noLogins: Logins = { config: undefined, hosts: [], secrets: [], warnings: [] };

/**
 * Reads config.json.
 * @param source its path, for messages.
 * @throws BuildError('input') if it is no JSON object. The message quotes none of it.
 */
export function parseDockerConfig(text: string, source: string): DockerConfig {
  let document: unknown;
  try {
    document = JSON.parse(text.trim() === '' ? '{}' : text);
  } catch (error) {
    // The parser's own message would quote the text.
    const place = /position \d+/.exec(describeError(error))?.[0];
    throw brokenConfig(source, `it is not JSON${place === undefined ? '' : ` (${place})`}`);
  }
  if (!isFields(document)) throw brokenConfig(source, 'it is not a JSON object');
  const { credsStore } = document;
  return {
    source,
    auths: fieldsOf(document['auths']),
    credHelpers: fieldsOf(document['credHelpers']),
    credsStore: typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined,
  };
}

/**
 * The registries whose logins a build needs: those of the tags if it pushes and of the caches; those that the Dockerfile
 * names by `pull-logins`.
 * @param pullHosts registriesOf the Dockerfile.
 */
export function wantedHosts(
  { image, registry }: Inputs,
  pullHosts: readonly string[],
): readonly WantedHost[] {
  const caches = [image.cacheFrom, image.cacheTo].filter((name) => name !== undefined);
  const required = [
    ...(image.push ? image.tags.map((tag) => tag.registry) : []),
    ...(image.noCache ? [] : caches.map((name) => parseRepository(name).registry)),
  ];
  const { pullLogins } = registry;
  const pulls = { auto: pullHosts, none: [] };
  const others = typeof pullLogins === 'string' ? pulls[pullLogins] : pullLogins;
  const wanted = new Map<string, WantedHost>();
  for (const host of others) wanted.set(host, { host, required: false });
  for (const host of required) wanted.set(host, { host, required: true });
  return [...wanted.values()];
}

/**
 * Resolves the logins of the given registries as docker does: its helper, else the store, else the file's own entry.
 * @throws BuildError('input') if a helper of a required registry fails, or its entry is no login; the signal's reason if it
 * is aborted.
 */
export async function collectLogins(
  config: DockerConfig | undefined,
  hosts: readonly WantedHost[],
  run: RunCommand,
  signal: AbortSignal,
): Promise<Logins> {
  if (config === undefined) return noLogins;
  const auths: Record<string, Entry> = {};
  const found: string[] = [];
  const warnings: string[] = [];
  for (const { host, required } of hosts) {
    let entries;
    try {
      entries = await resolveLogin(config, host, run, signal);
    } catch (error) {
      if (required || signal.aborted || !(error instanceof BuildError)) throw error;
      warnings.push(`${error.message}; pulling from ${host} goes on without a login`);
      continue;
    }
    if (Object.keys(entries).length === 0) continue;
    Object.assign(auths, entries);
    found.push(host);
  }
  if (found.length === 0) return { ...noLogins, warnings };
  return {
    config: Buffer.from(`${JSON.stringify({ auths })}\n`),
    hosts: found,
    secrets: Object.values(auths).flatMap(entrySecrets),
    warnings,
  };
}

/** Registries that the build pushes to without a login beside the context; what is in a Secret of the cluster is not known. */
export function hostsWithoutLogin(
  { image, registry }: Inputs,
  config: Buffer | undefined,
): readonly string[] {
  if (!image.push || registry.secret !== undefined) return [];
  const document: unknown = config === undefined ? {} : JSON.parse(config.toString('utf8'));
  const auths = isFields(document) ? fieldsOf(document['auths']) : {};
  const known = new Set(Object.keys(auths).map((key) => readKey(key).host));
  const hosts = new Set(image.tags.map((tag) => tag.registry));
  return [...hosts].filter((host) => !known.has(host));
}

async function resolveLogin(
  config: DockerConfig,
  host: string,
  run: RunCommand,
  signal: AbortSignal,
): Promise<Readonly<Record<string, Entry>>> {
  const helper = findHelper(config, host);
  const answer = helper === undefined ? undefined : await askHelper(helper, host, run, signal);
  if (answer !== undefined) return { [keyOf(host)]: answer };
  return fileEntries(config, host);
}

/** @throws BuildError('input') that quotes nothing of it, if it is no login: builders refuse it, each in its own words. */
function checkEntry({ source }: DockerConfig, key: string, entry: Entry): void {
  const { auth, identitytoken, registrytoken } = entry;
  if (auth === undefined || identitytoken !== undefined || registrytoken !== undefined) return;
  const text = auth.replace(/[\r\n]/g, '');
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  if (isBase64 && Buffer.from(text, 'base64').indexOf(':') > 0) return;
  throw new BuildError(
    'input',
    `the login for ${JSON.stringify(key)} in the Docker configuration ${JSON.stringify(source)} is none: its auth is not the base64 text of user:password`,
    { hint: 'Log in to this registry again, in a step before this one, or correct the entry.' },
  );
}

function findHelper({ credHelpers, credsStore }: DockerConfig, host: string): string | undefined {
  const own = Object.entries(credHelpers).find(([key]) => readKey(key).host === host)?.[1];
  return typeof own === 'string' ? own : credsStore;
}

/** The file's entries for the host, those of a part of it (`host/group`) included, under the keys that builders look up. */
function fileEntries(config: DockerConfig, host: string): Readonly<Record<string, Entry>> {
  const entries: Record<string, Entry> = {};
  for (const [key, value] of Object.entries(config.auths)) {
    const place = readKey(key);
    const entry = toEntry(value);
    if (place.host !== host || Object.keys(entry).length === 0) continue;
    checkEntry(config, key, entry);
    entries[place.path === '' ? keyOf(host) : `${host}/${place.path}`] = entry;
  }
  return entries;
}

/** `https://host/v1/`, `host/v2`, `host`, `host/group`: Docker's many spellings. */
function readKey(key: string): { readonly host: string; readonly path: string } {
  const bare = key.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  const slash = bare.indexOf('/');
  const host = slash === -1 ? bare : bare.slice(0, slash);
  const path = slash === -1 ? '' : bare.slice(slash + 1);
  return { host: normalizeHost(host), path: /^v[12]$/.test(path) ? '' : path };
}

function keyOf(host: string): string {
  return host === dockerHub ? hubKey : host;
}

/** The fields of an entry that log in; empty entries are left behind by a credential store. */
function toEntry(value: unknown): Entry {
  const { auth, username, password, identitytoken, registrytoken } = fieldsOf(value);
  const basic =
    typeof username === 'string' && typeof password === 'string' && username !== ''
      ? encodeBasic(username, password)
      : auth;
  const fields = { auth: basic, identitytoken, registrytoken };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) =>
      typeof field === 'string' && field !== '' ? [[name, field] as const] : [],
    ),
  );
}

function entrySecrets({
  auth = '',
  identitytoken = '',
  registrytoken = '',
}: Entry): readonly string[] {
  const password = Buffer.from(auth, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '');
  return maskForms([auth, password, identitytoken, registrytoken].filter((text) => text !== ''));
}

/**
 * Asks `docker-credential-<helper> get`. Source: docker/docker-credential-helpers: the server's URL on stdin, JSON on
 * stdout; a user named `<token>` marks an identity token.
 * @returns undefined if the helper has no login for the host.
 */
async function askHelper(
  helper: string,
  host: string,
  run: RunCommand,
  signal: AbortSignal,
): Promise<Entry | undefined> {
  // Logins to other registries than Docker Hub are stored under the name that `docker login` was given.
  const servers = host === dockerHub ? [hubKey, dockerHub, 'docker.io'] : [host, `https://${host}`];
  for (const server of servers) {
    const entry = await askFor(helper, server, run, signal);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

async function askFor(
  helper: string,
  server: string,
  run: RunCommand,
  signal: AbortSignal,
): Promise<Entry | undefined> {
  const command = `docker-credential-${helper}`;
  const doing = `asking ${JSON.stringify(command)} for the login to ${JSON.stringify(server)}`;
  const hint = "Install or correct the helper, or give 'docker-config' a directory without it.";
  let answer;
  try {
    answer = await run(command, ['get'], { input: server, signal });
  } catch (error) {
    if (signal.aborted) throw stoppedWhile(doing, signal, hint);
    throw new BuildError('input', `${doing} failed: ${describeError(error)}`, {
      hint,
      cause: error,
    });
  }
  const said = `${answer.stdout} ${answer.stderr}`;
  if (answer.exitCode !== 0) {
    if (/credentials not found|no credentials|not found in native/i.test(said)) return undefined;
    // Never its stdout: a helper may print the login there and fail all the same.
    const reason = lastLine(answer.stderr, entrySecrets(readAnswer(answer.stdout) ?? {}));
    const why = reason === '' ? '' : `: ${reason}`;
    throw new BuildError('input', `${doing} failed with exit code ${answer.exitCode}${why}`, {
      hint,
    });
  }
  const entry = readAnswer(answer.stdout);
  if (entry === undefined) throw new BuildError('input', `${doing} gave no login`, { hint });
  return Object.keys(entry).length === 0 ? undefined : entry;
}

function readAnswer(stdout: string): Entry | undefined {
  const { Username: username, Secret: secret } = fieldsOf(parseJson(stdout));
  if (typeof username !== 'string' || typeof secret !== 'string') return undefined;
  if (secret === '') return {};
  return username === '<token>'
    ? { identitytoken: secret }
    : { auth: encodeBasic(username, secret) };
}

function encodeBasic(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}

function brokenConfig(source: string, what: string): BuildError {
  return new BuildError(
    'input',
    `reading the Docker configuration ${JSON.stringify(source)} failed: ${what}`,
    {
      hint: "Correct the file, or set 'docker-config' to another one or to none.",
    },
  );
}
