import type { RequestOptions } from 'node:https';
import type { User } from '@kubernetes/client-node';
import { BuildError, describeError } from '../../errors.ts';
import { pluginSecrets } from '../../kubeconfig/secrets.ts';
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
import { quote } from '../../text/problem.ts';
import { orAborted } from '../../time/abort.ts';
import type { CredentialName, CredentialNames } from './credentials-check.ts';

/** The plugin's entry in a kubeconfig: `users[].user.exec`. */
interface Plugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly provideClusterInfo: boolean;
  readonly installHint: string;
  /** In the variables and arguments. The plugin can print them before it fails. */
  readonly secrets: readonly string[];
}

/** The plugin's output: `ExecCredential.status`. */
interface Credential {
  readonly token: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly expiresAtMs: number | undefined;
}

/** One run of the plugin, shared by all requests that wait for it. */
interface Run {
  readonly credential: Promise<Credential>;
  /** Ends the plugin. */
  readonly stop: AbortController;
  waiting: number;
  /** True once it has returned credentials. */
  isAnswered: boolean;
}

/** How plugins are run, and where the secrets of the connection are masked. */
export interface PluginRunner {
  readonly run: RunCommand;
  readonly mask: (secret: string) => void;
}

/** Credentials that expire sooner than this are renewed. */
const earlyMs = 30_000;
const neverAborted = new AbortController().signal;
const providerName = 'kube-build-push/exec';

/**
 * Runs a kubeconfig's exec plugin with the command runner of the action, with KUBERNETES_EXEC_INFO as client-go sets it. The
 * library would run it with all inputs of the action in its environment, without that variable and without a message.
 */
export class ExecCredentials {
  /** What a user of the library has in `authProvider` to authenticate with this. */
  readonly authProvider = { name: providerName };
  readonly #plugin: Plugin;
  /** The cluster of the kubeconfig, for plugins with `provideClusterInfo`. */
  readonly #cluster: Fields;
  readonly #run: RunCommand;
  readonly #mask: (secret: string) => void;
  /** The last run, ended or not. */
  #last: Run | undefined;
  /** The credentials of the last request. */
  #applied: Credential | undefined;

  private constructor(plugin: Plugin, cluster: Fields, runner: PluginRunner) {
    this.#plugin = plugin;
    this.#cluster = cluster;
    this.#run = runner.run;
    this.#mask = runner.mask;
  }

  /**
   * The exec plugin of a user; undefined without one.
   * @param cluster the cluster's fields in the kubeconfig.
   */
  static of(user: Fields, cluster: Fields, runner: PluginRunner): ExecCredentials | undefined {
    const plugin = readPlugin(user['exec']);
    return plugin === undefined ? undefined : new ExecCredentials(plugin, cluster, runner);
  }

  isAuthProvider(user: User): boolean {
    return field(user.authProvider, 'name') === providerName;
  }

  /** Names of the credentials that the plugin has returned for the last request. */
  get names(): Partial<CredentialNames> {
    const { token, certificate, key } = this.#applied ?? {};
    const named = (status: string): CredentialName => ({
      name: `the ${status} of its exec plugin`,
      hint: 'Run the exec plugin by hand and check its output, or use a kubeconfig with a token.',
    });
    return {
      ...(token !== undefined && { token: named('token') }),
      ...(certificate !== undefined && { cert: named('clientCertificateData') }),
      ...(key !== undefined && { key: named('clientKeyData') }),
    };
  }

  /** What a request waits for while the plugin runs. */
  get doing(): string {
    return `running the kubeconfig's exec plugin ${quote(this.#plugin.command)}`;
  }

  /** @param options the signal in them ends the wait. */
  async applyAuthentication(_user: User, options: RequestOptions): Promise<void> {
    const credential = await this.#current(options.signal);
    const { token, certificate, key } = credential;
    this.#applied = credential;
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
    const credential = this.#execute(stop.signal).then((answer) => {
      run.isAnswered = true;
      return answer;
    });
    const run: Run = { credential, stop, waiting: 0, isAnswered: false };
    return run;
  }

  /** The last request that stops waiting for a run without credentials ends the plugin, and discards the run. */
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

  async #execute(signal: AbortSignal): Promise<Credential> {
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
      const secrets = [...this.#plugin.secrets, ...secretsOf(readCredential(answer.stdout))];
      const line = lastLine(answer.stderr, secrets);
      const why = line === '' ? '' : `: ${line}`;
      throw new BuildError('cluster', `${doing} failed with exit code ${answer.exitCode}${why}`, {
        hint,
      });
    }
    const credential = readCredential(answer.stdout);
    if (credential === undefined)
      throw new BuildError('cluster', `${doing} failed: it returned no credentials`, { hint });
    for (const form of maskForms(secretsOf(credential))) this.#mask(form);
    return credential;
  }

  #info(): unknown {
    const { 'insecure-skip-tls-verify': isUnverified, ...fields } = this.#cluster;
    const cluster = {
      server: fields['server'],
      'certificate-authority-data': fields['certificate-authority-data'],
      'tls-server-name': fields['tls-server-name'],
      'insecure-skip-tls-verify': isUnverified === true,
      'proxy-url': fields['proxy-url'],
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
  return {
    apiVersion: text(exec['apiVersion']) ?? 'client.authentication.k8s.io/v1',
    command: text(exec['command']) ?? '',
    args: itemsOf(exec['args']).map(String),
    env: Object.fromEntries(listOf(exec['env']).flatMap(readVariable)),
    provideClusterInfo: exec['provideClusterInfo'] === true,
    installHint: (text(exec['installHint']) ?? '').replace(/\s+/g, ' ').trim(),
    secrets: pluginSecrets(exec),
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
