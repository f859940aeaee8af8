import { BuildError, describeError, errorCode, ProgramTimeout } from '../../../errors.ts';
import type { RunCommand } from '../../../ports.ts';
import { field, fieldsOf, parseJson, text, type Fields } from '../../../text/json.ts';
import { maskForms } from '../../../text/mask.ts';
import { quote } from '../../../text/problem.ts';
import { afterColon } from '../../../text/program-output.ts';
import { orAborted } from '../../../time/abort.ts';
import type { CredentialName, CredentialNames } from './check.ts';
import { execInfo, failedHint, missingHint, readPlugin, type Plugin } from './exec-plugin.ts';

/** The plugin's output: `ExecCredential.status`. */
export interface Credential {
  readonly token: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** On the clock of the runner: from then on the plugin runs again. */
  readonly renewAtMs: number;
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
  /** The date in milliseconds since the epoch; without it, that of the system. */
  readonly now?: () => number;
}

export const slowCredentialsHint =
  'Check why it takes so long (a prompt cannot be answered on a runner), or use a kubeconfig with a token.';

/** Credentials are renewed this long before they expire, but not in the first half of their life. */
const earlyMs = 30_000;

/** Runs a kubeconfig's exec plugin with the command runner of the action, and KUBERNETES_EXEC_INFO as client-go sets it. */
export class ExecCredentials {
  readonly #plugin: Plugin;
  readonly #info: () => string;
  readonly #run: RunCommand;
  readonly #mask: (secret: string) => void;
  readonly #now: () => number;
  /** The last run, ended or not. */
  #last: Run | undefined;
  /** The credentials of the last request. */
  #applied: Credential | undefined;

  private constructor(plugin: Plugin, info: () => string, runner: PluginRunner) {
    this.#plugin = plugin;
    this.#info = info;
    this.#run = runner.run;
    this.#mask = runner.mask;
    this.#now = runner.now ?? Date.now;
  }

  /**
   * The exec plugin of a user; undefined without one.
   * @param cluster the cluster's fields in the kubeconfig. @param readCa returns its CA certificate in PEM.
   */
  static of(
    user: Fields,
    cluster: Fields,
    readCa: () => string | undefined,
    runner: PluginRunner,
  ): ExecCredentials | undefined {
    const plugin = readPlugin(user['exec']);
    if (plugin === undefined) return undefined;
    return new ExecCredentials(plugin, () => execInfo(plugin, cluster, readCa()), runner);
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

  /**
   * The credentials for a request that is sent now.
   * @throws BuildError, or the signal's reason.
   */
  async current(signal: AbortSignal): Promise<Credential> {
    this.#applied = await this.#valid(signal);
    return this.#applied;
  }

  /** After a 401: the next request runs the plugin again. */
  forget(): boolean {
    this.#last = undefined;
    return true;
  }

  async #valid(signal: AbortSignal): Promise<Credential> {
    const last = this.#last;
    if (last !== undefined) {
      const known = await this.#wait(last, signal);
      if (this.#now() < known.renewAtMs) return known;
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
    const { command, args, env, secrets } = this.#plugin;
    const { doing } = this;
    const info = { KUBERNETES_EXEC_INFO: this.#info() };
    let answer;
    try {
      answer = await this.#run(command, args, { env: { ...env, ...info }, signal });
    } catch (error) {
      const isLate = error instanceof ProgramTimeout;
      const output = isLate ? afterColon(error.stderr, secrets) : '';
      throw new BuildError('cluster', `${doing} failed: ${describeError(error)}${output}`, {
        hint: isLate ? slowCredentialsHint : this.#startHint(error),
        cause: error,
      });
    }
    const credential = readCredential(answer.stdout, this.#now());
    const hint = failedHint(this.#plugin);
    const output = afterColon(answer.stderr, [...secrets, ...secretsOf(credential)]);
    if (answer.exitCode !== 0) {
      const message = `${doing} failed with exit code ${answer.exitCode}${output}`;
      throw new BuildError('cluster', message, { hint });
    }
    if (credential === undefined) {
      const message = `${doing} failed: it returned no credentials${output}`;
      throw new BuildError('cluster', message, { hint });
    }
    for (const form of maskForms(secretsOf(credential))) this.#mask(form);
    return credential;
  }

  #startHint(error: unknown): string {
    return errorCode(error) === 'ENOENT' ? missingHint(this.#plugin) : failedHint(this.#plugin);
  }
}

function readCredential(stdout: string, nowMs: number): Credential | undefined {
  const status = fieldsOf(field(parseJson(stdout), 'status'));
  const token = text(status['token']);
  const certificate = text(status['clientCertificateData']);
  const key = text(status['clientKeyData']);
  if (token === undefined && certificate === undefined) return undefined;
  return {
    token,
    certificate,
    key,
    renewAtMs: renewalOf(text(status['expirationTimestamp']), nowMs),
  };
}

/** Credentials that have expired when they arrive show that the clocks differ: they are used until the API server refuses them. */
function renewalOf(expirationTimestamp: string | undefined, nowMs: number): number {
  const expiresAtMs = Date.parse(expirationTimestamp ?? '');
  const lifeMs = expiresAtMs - nowMs;
  return lifeMs > 0 ? expiresAtMs - Math.min(earlyMs, lifeMs / 2) : Infinity;
}

function secretsOf(credential: Credential | undefined): readonly string[] {
  return [credential?.token, credential?.key].filter((secret) => secret !== undefined);
}
