import type { RequestOptions } from 'node:https';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import { BuildError, describeError } from '../../errors.ts';
import type { RunCommand } from '../../ports.ts';
import {
  field,
  fieldsOf,
  isFields,
  itemsOf,
  listOf,
  parseJson,
  text,
  type Fields,
} from '../../text/json.ts';
import { lastLine, maskForms } from '../../text/mask.ts';
import { orAborted } from '../../time/abort.ts';
import type { LoginNames } from './login-check.ts';

/** The plugin's entry in a kubeconfig: `users[].user.exec`. */
interface Plugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly provideClusterInfo: boolean;
  readonly installHint: string;
}

/** What the plugin answers: `ExecCredential.status`. */
interface Credential {
  readonly token: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly expiresAtMs: number | undefined;
}

/** One run of the plugin, for all who wait for it. */
interface Run {
  readonly credential: Promise<Credential>;
  /** Ends the plugin. */
  readonly stop: AbortController;
  waiting: number;
  /** True once it has given a credential. */
  isAnswered: boolean;
}

/** How plugins are run, and where the secrets that they give are masked. */
export interface PluginRunner {
  readonly run: RunCommand;
  readonly mask: (secret: string) => void;
}

/** A credential that ends sooner than this is asked for anew. */
const earlyMs = 30_000;
const neverAborted = new AbortController().signal;
/** What the plugin gives, for sentences. */
const given = (field: string): string => `the ${field} of the kubeconfig's credential plugin`;
const providerName = 'kube-build-push/exec';

/**
 * Runs a kubeconfig's exec plugin through the one command runner, with KUBERNETES_EXEC_INFO as client-go gives it. The
 * library would run it with all inputs of the action in its environment, without that variable and without a message.
 */
export class ExecCredentials {
  readonly #plugin: Plugin;
  readonly #cluster: Cluster;
  readonly #run: RunCommand;
  readonly #mask: (secret: string) => void;
  /** The last one, over or not. */
  #last: Run | undefined;

  private constructor(plugin: Plugin, cluster: Cluster, runner: PluginRunner) {
    this.#plugin = plugin;
    this.#cluster = cluster;
    this.#run = runner.run;
    this.#mask = runner.mask;
  }

  /**
   * Takes the plugin's place in the current user; undefined if the user has none.
   * @throws BuildError('input') for a plugin without a program.
   */
  static install(
    config: KubeConfig,
    cluster: Cluster,
    runner: PluginRunner,
  ): ExecCredentials | undefined {
    const user = config.getCurrentUser();
    const plugin = user === null ? undefined : readPlugin(user.exec);
    if (user === null || plugin === undefined) return undefined;
    const replaced: User = { ...user, exec: undefined, authProvider: { name: providerName } };
    config.users = config.users.map((other) => (other.name === user.name ? replaced : other));
    const credentials = new ExecCredentials(plugin, cluster, runner);
    config.addAuthenticator(credentials);
    return credentials;
  }

  isAuthProvider(user: User): boolean {
    const provider: unknown = user.authProvider;
    return (
      typeof provider === 'object' &&
      provider !== null &&
      'name' in provider &&
      provider.name === providerName
    );
  }

  /** Names of what the plugin gives in place of the kubeconfig's fields. */
  readonly names: Omit<LoginNames, 'ca'> = {
    cert: given('clientCertificateData'),
    key: given('clientKeyData'),
    token: given('token'),
  };

  /** What a request waits for here. */
  get doing(): string {
    return `running the kubeconfig's credential plugin ${JSON.stringify(this.#plugin.command)}`;
  }

  /** @param options the signal in them ends the wait. */
  async applyAuthentication(_user: User, options: RequestOptions): Promise<void> {
    const { token, certificate, key } = await this.#current(options.signal);
    if (certificate !== undefined) options.cert = certificate;
    if (key !== undefined) options.key = key;
    if (token !== undefined) {
      options.headers = {
        ...(options.headers as Record<string, string>),
        Authorization: `Bearer ${token}`,
      };
    }
  }

  /** After a 401: the next request runs the plugin again. */
  forget(): boolean {
    this.#last = undefined;
    return true;
  }

  async #current(signal = neverAborted): Promise<Credential> {
    const last = this.#last;
    if (last !== undefined) {
      const known = await this.#wait(last, signal);
      if ((known.expiresAtMs ?? Infinity) - earlyMs >= Date.now()) return known;
      if (this.#last === last) this.#last = undefined;
    }
    this.#last ??= this.#start();
    return this.#wait(this.#last, signal);
  }

  #start(): Run {
    const stop = new AbortController();
    const credential = this.#ask(stop.signal).then((answer) => {
      run.isAnswered = true;
      return answer;
    });
    const run: Run = { credential, stop, waiting: 0, isAnswered: false };
    return run;
  }

  /** Who is the last to leave a run without an answer ends the plugin, and forgets the run. */
  async #wait(run: Run, signal: AbortSignal): Promise<Credential> {
    run.waiting++;
    try {
      return await orAborted(run.credential, signal);
    } catch (error) {
      if (run.waiting === 1 && !run.isAnswered) {
        if (this.#last === run) this.#last = undefined;
        run.stop.abort(error);
      }
      throw error;
    } finally {
      run.waiting--;
    }
  }

  async #ask(signal: AbortSignal): Promise<Credential> {
    const { command, args, env, installHint } = this.#plugin;
    const { doing } = this;
    const hint =
      installHint === ''
        ? 'Install the plugin on the runner, or use a kubeconfig with a token.'
        : installHint;
    const info = { KUBERNETES_EXEC_INFO: JSON.stringify(this.#info()) };
    let answer;
    try {
      answer = await this.#run(command, args, { env: { ...env, ...info }, signal });
    } catch (error) {
      throw new BuildError('cluster', `${doing} failed: ${describeError(error)}`, {
        hint,
        cause: error,
      });
    }
    if (answer.exitCode !== 0) {
      const said = lastLine(answer.stderr, secretsOf(readCredential(answer.stdout)));
      const why = said === '' ? '' : `: ${said}`;
      throw new BuildError('cluster', `${doing} failed with exit code ${answer.exitCode}${why}`, {
        hint,
      });
    }
    const credential = readCredential(answer.stdout);
    if (credential === undefined)
      throw new BuildError('cluster', `${doing} gave no credential`, { hint });
    for (const form of maskForms(secretsOf(credential))) this.#mask(form);
    return credential;
  }

  #info(): unknown {
    const { server, caData, tlsServerName, skipTLSVerify, proxyUrl } = this.#cluster;
    const cluster = {
      server,
      'certificate-authority-data': caData,
      'tls-server-name': tlsServerName,
      'insecure-skip-tls-verify': skipTLSVerify,
      'proxy-url': proxyUrl,
    };
    return {
      apiVersion: this.#plugin.apiVersion,
      kind: 'ExecCredential',
      spec: { interactive: false, ...(this.#plugin.provideClusterInfo && { cluster }) },
    };
  }
}

function readPlugin(exec: unknown): Plugin | undefined {
  if (!isFields(exec) || !('command' in exec)) return undefined;
  const command = text(exec['command']) ?? '';
  if (command === '') {
    throw new BuildError('input', "the command of the kubeconfig's exec names no program", {
      hint: 'Write the name of the credential plugin there, or use a kubeconfig with a token.',
    });
  }
  return {
    apiVersion: text(exec['apiVersion']) ?? 'client.authentication.k8s.io/v1',
    command,
    args: itemsOf(exec['args']).map(String),
    env: Object.fromEntries(listOf(exec['env']).flatMap(readVariable)),
    provideClusterInfo: exec['provideClusterInfo'] === true,
    installHint: (text(exec['installHint']) ?? '').replace(/\s+/g, ' ').trim(),
  };
}

function readVariable(entry: Fields): [string, string][] {
  if (!('name' in entry) || !('value' in entry)) return [];
  return [[String(entry['name']), String(entry['value'])]];
}

function readCredential(stdout: string): Credential | undefined {
  const status = fieldsOf(field(parseJson(stdout), 'status'));
  const token = text(status['token']);
  const certificate = text(status['clientCertificateData']);
  const key = text(status['clientKeyData']);
  const expires = Date.parse(text(status['expirationTimestamp']) ?? '');
  if (token === undefined && certificate === undefined) return undefined;
  return { token, certificate, key, expiresAtMs: Number.isNaN(expires) ? undefined : expires };
}

function secretsOf(credential: Credential | undefined): readonly string[] {
  return [credential?.token, credential?.key].filter((secret) => secret !== undefined);
}
