import type { Kubeconfig } from '../kubeconfig/document.ts';
import { serverKubeconfig } from '../kubeconfig/server-access.ts';
import { withoutServerNames } from '../kubeconfig/server-names.ts';
import { checkAddress } from '../kubeconfig/server.ts';
import { decodeJwt } from '../text/jwt.ts';
import { invalid } from '../text/problem.ts';
import type { Problems } from './problems.ts';
import type { InputReader } from './reader.ts';
import { parseCaCertificate } from './values/ca-certificate.ts';

/** The inputs that are only used together with `server`. */
const withServer = ['ca-cert', 'token', 'oidc-audience'];
const noCredentials =
  "it has no credentials: 'token' and 'oidc-audience' are empty; a secret is not passed to the pull requests of forks";

/** A cluster that is named by `server` and its inputs, in place of a kubeconfig. */
export interface ServerInputs {
  readonly kubeconfig: Kubeconfig;
  /** `oidc-audience`: the audience of the OIDC tokens that authenticate; undefined for `token`. */
  readonly oidcAudience: string | undefined;
  /** `ca-cert` in PEM. */
  readonly caCertificate?: string;
}

/** Reads `server`, `ca-cert`, `token` and `oidc-audience`; undefined without `server`. Adds the problem of each combination. */
export function readServer(
  reader: InputReader,
  problems: Problems,
  hideServer: boolean,
): ServerInputs | undefined {
  const server = reader.text('server');
  if (server === undefined) {
    for (const input of withServer.filter((name) => reader.text(name) !== undefined))
      problems.add(input, "it needs 'server'", "Set 'server' to the URL of the API server.");
    return undefined;
  }
  const caCertificate = reader.optional('ca-cert', (text) => parseCa(text, reader));
  const token = reader.optional('token', parseToken);
  const oidcAudience = reader.optional('oidc-audience', parseAudience);
  const access = { server, caCertificate, token: oidcAudience === undefined ? token : undefined };
  const kubeconfig = serverKubeconfig(access);
  const check = (): string => checkAddress(server);
  problems.collect(
    'server',
    () => (hideServer ? withoutServerNames(kubeconfig, check) : check()),
    server,
  );
  checkCombination(reader, problems);
  return { kubeconfig, oidcAudience, ...(caCertificate !== undefined && { caCertificate }) };
}

function checkCombination(reader: InputReader, problems: Problems): void {
  const isSet = (name: string): boolean => reader.text(name) !== undefined;
  if (!isSet('token') && !isSet('oidc-audience')) {
    const hint = "Set 'oidc-audience' for an OIDC token of the job, or 'token'.";
    problems.add('server', noCredentials, hint);
  }
  if (isSet('token') && isSet('oidc-audience'))
    problems.add('oidc-audience', "it cannot be combined with 'token'", 'Set only one of them.');
  if (reader.isSet('kubeconfig'))
    problems.add('server', "it cannot be combined with 'kubeconfig'", 'Set only one of them.');
  if (isSet('kube-context')) {
    const text = "it selects a context of a kubeconfig, but 'server' is set";
    problems.add('kube-context', text, 'Remove it.');
  }
}

/** PEM, its base64 as kubeconfigs have it, or the path of a file with one of both. */
function parseCa(text: string, reader: InputReader): string {
  const content = pemOf(text) ?? reader.file(checkPath(text));
  return parseCaCertificate(pemOf(content) ?? content);
}

/** Quotes nothing: what is not a path may be a secret. */
function checkPath(text: string): string {
  if (/^[\w./~ -]{1,200}$/.test(text) && /[./]/.test(text)) return text;
  throw invalid(
    'it is not a certificate in PEM, the base64 of one or the path of a file',
    'Use certificate-authority-data of a kubeconfig of the cluster.',
  );
}

/** A text with PEM, or the PEM that it is the base64 of; undefined for other texts. */
function pemOf(text: string): string | undefined {
  const compact = text.replace(/\s+/g, '');
  const isBase64 = /^[A-Za-z0-9+/]+=*$/.test(compact);
  const plain = isBase64 ? Buffer.from(compact, 'base64').toString('latin1') : text;
  return plain.includes('-----BEGIN') ? plain : undefined;
}

/** A token, or the base64 of a JSON Web Token, as the data of a Secret has it. Quotes nothing: it is a secret. */
function parseToken(given: string): string {
  const text = decodeJwt(given) ?? given;
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw invalid(
    'it has a space, a line break or another character that a bearer token cannot have',
    'Use the token alone, in one line.',
  );
}

/** Any text of the issuer; a line break is a mistake. */
function parseAudience(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw invalid(
    'it has a space, a line break or another character that an audience cannot have',
    'Write one audience, for example https://kubernetes.example.com.',
  );
}
