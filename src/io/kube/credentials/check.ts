import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { validateHeaderValue } from 'node:http';
import type { RequestOptions } from 'node:https';
import { howToPrint } from '../../../kubeconfig/document.ts';
import { referencedFiles } from '../../../kubeconfig/files.ts';
import type { Login } from '../../../kubeconfig/server-access.ts';
import type { Fields } from '../../../text/json.ts';
import { invalid } from '../../../text/problem.ts';

/** A credential of a request, as messages name it. */
export interface CredentialName {
  readonly name: string;
  /** What to change if it is invalid. */
  readonly hint: string;
}

/** Where the credentials of a request come from. */
export interface CredentialNames {
  readonly ca: CredentialName;
  readonly cert: CredentialName;
  readonly key: CredentialName;
  readonly token: CredentialName;
}

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** With the older labels that OpenSSL accepts for CA certificates. */
const pemCaCertificate = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]+-----END \1-----/g;

/** The fields of the kubeconfig, and of the exec plugin's output, that hold the credentials. */
export function fieldNames({
  cluster,
  user,
  exec,
  login,
  isTokenOfFile,
}: {
  readonly cluster: Fields;
  readonly user: Fields;
  readonly exec: { readonly names: Partial<CredentialNames> } | undefined;
  readonly login: Login;
  readonly isTokenOfFile: boolean;
}): CredentialNames {
  const files = referencedFiles(cluster, user).map(({ key }) => key);
  const pem = (field: string): CredentialName => ({
    name: `its ${files.includes(field) ? field : `${field}-data`}`,
    hint: `${howToPrint}.`,
  });
  const token = (name: string): CredentialName => ({ name, hint: 'Use a token of one line.' });
  const names = {
    ca: pem('certificate-authority'),
    cert: pem('client-certificate'),
    key: pem('client-key'),
    token: token('its token'),
    ...exec?.names,
  };
  if (login !== 'kubeconfig') return { ...names, ...inputNames };
  // A token of the kubeconfig overrides that of a plugin.
  if (isTokenOfFile) return { ...names, token: token('the token of its tokenFile') };
  return (user['token'] ?? '') === '' ? names : { ...names, token: token('its token') };
}

/** The credentials of a connection without a kubeconfig. The input 'token' is checked with the inputs. */
const inputNames: Pick<CredentialNames, 'ca' | 'token'> = {
  ca: { name: "'ca-cert'", hint: 'Use the CA certificate of the API server in PEM.' },
  token: {
    name: 'the OIDC token of the job',
    hint: 'Check that ACTIONS_ID_TOKEN_REQUEST_URL is the address of the runner.',
  },
};

/**
 * Checks the certificates, the key and the headers of a request. Node would name neither the kubeconfig nor the field, and
 * would report some of it as an error of the connection, as if the server could not be reached. No message quotes a value.
 * @throws InvalidInput
 */
export function checkCredentials(options: RequestOptions, names: CredentialNames): void {
  const { ca, cert, key, headers, rejectUnauthorized: isVerified = true } = options;
  if (ca !== undefined && isVerified) checkCaCertificates(ca, names.ca);
  const certificate = cert === undefined ? undefined : readCertificate(cert, names.cert);
  const privateKey = key === undefined ? undefined : readKey(key, names.key);
  if (privateKey !== undefined && certificate?.checkPrivateKey(privateKey) === false)
    throw invalid(`${names.key.name} does not belong to ${names.cert.name}`, names.key.hint);
  for (const [header, value] of Object.entries({ ...headers })) {
    const isToken = header.toLowerCase() === 'authorization';
    checkHeader(header, value, isToken ? names.token : impersonation(header));
  }
}

/** True for a certificate and a key that belong together. */
export function isPair(cert: string | undefined, key: string | undefined): boolean {
  if (cert === undefined || key === undefined) return false;
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** One valid certificate is enough: a bundle may hold others that cannot be parsed. */
function checkCaCertificates(value: unknown, { name, hint }: CredentialName): void {
  const blocks = String(value).match(pemCaCertificate) ?? [];
  if (!blocks.some((block) => parseCertificate(block) !== undefined))
    throw invalid(`${name} is not a certificate in PEM`, hint);
}

/** The first certificate of a chain; all of them must be valid. */
function readCertificate(value: unknown, { name, hint }: CredentialName): X509Certificate {
  const blocks = String(value).match(pemCertificate) ?? [];
  const [first, ...others] = blocks.map(parseCertificate);
  if (first === undefined || others.includes(undefined))
    throw invalid(`${name} is not a certificate in PEM`, hint);
  return first;
}

/** undefined for an invalid one: the message of OpenSSL names a routine of its decoder. */
function parseCertificate(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block);
  } catch {
    return undefined;
  }
}

function readKey(value: unknown, { name, hint }: CredentialName): KeyObject {
  try {
    return createPrivateKey(String(value));
  } catch {
    throw invalid(`${name} is not a private key in PEM, or has a passphrase`, hint);
  }
}

function checkHeader(header: string, value: unknown, { name, hint }: CredentialName): void {
  try {
    for (const item of [value].flat()) validateHeaderValue(header, String(item));
  } catch {
    throw invalid(`${name} has a line break or another character that HTTP headers refuse`, hint);
  }
}

/** The field of the user that is sent in this header. */
function impersonation(header: string): CredentialName {
  const name = header.startsWith('Impersonate-Extra-')
    ? 'its as-user-extra'
    : (impersonationFields.get(header) ?? `the header ${header} of its user`);
  return { name, hint: 'Remove that character.' };
}

const impersonationFields: ReadonlyMap<string, string> = new Map([
  ['Impersonate-User', 'its as'],
  ['Impersonate-Group', 'its as-groups'],
  ['Impersonate-Uid', 'its as-uid'],
]);
