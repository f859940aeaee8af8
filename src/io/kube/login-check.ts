import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { validateHeaderValue } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { Cluster, User } from '@kubernetes/client-node';
import { BuildError } from '../../errors.ts';

/** Where the parts of a login come from, as the user finds them. */
export interface LoginNames {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly token: string;
}

const proxySchemes = ['http:', 'https:', 'socks:', 'socks4:', 'socks4a:', 'socks5:', 'socks5h:'];
const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** With the older labels that OpenSSL takes for authorities. */
const pemAuthority = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]+-----END \1-----/g;
const howToPrint = 'Store the output of: kubectl config view --raw --flatten --minify.';

/** Fields of a kubeconfig's cluster and user. The library takes a file before data. */
export function fieldNames({ caFile }: Cluster, user: User | null): LoginNames {
  const field = (name: string, file: string | undefined): string =>
    `the kubeconfig's ${(file ?? '') === '' ? `${name}-data` : name}`;
  return {
    ca: field('certificate-authority', caFile),
    cert: field('client-certificate', user?.certFile),
    key: field('client-key', user?.keyFile),
    token: "the kubeconfig's token",
  };
}

/** @throws BuildError('input') for addresses that no request can be sent to. Quotes none: a password may be in them. */
export function checkAddresses({ server, ...cluster }: Cluster): void {
  if (!URL.canParse(server))
    throw mistake("the kubeconfig's server is no URL", 'Write it as https://HOST:PORT.');
  // null for a field without a value, whatever the library's types say.
  const proxyUrl = cluster.proxyUrl ?? '';
  if (proxyUrl === '') return;
  const scheme = URL.canParse(proxyUrl) ? new URL(proxyUrl).protocol : '';
  if (proxySchemes.includes(scheme)) return;
  throw mistake(
    "the kubeconfig's proxy-url is no URL of a proxy",
    'Write it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT.',
  );
}

/**
 * Looks through what a request is sent with. Node would name neither the kubeconfig nor the field, and some of it only as an
 * error of the connection, as if the server could not be reached.
 * @throws BuildError('input')
 */
export function checkLogin(options: RequestOptions, names: LoginNames): void {
  const { ca, cert, key, headers, rejectUnauthorized: isVerified = true } = options;
  if (ca !== undefined && isVerified) checkAuthorities(ca, names.ca);
  const certificate = cert === undefined ? undefined : readCertificate(cert, names.cert);
  const privateKey = key === undefined ? undefined : readKey(key, names.key);
  if (privateKey !== undefined && certificate?.checkPrivateKey(privateKey) === false)
    throw mistake(`${names.key} does not belong to ${names.cert}`, howToPrint);
  for (const [name, value] of Object.entries({ ...headers })) {
    const isToken = name.toLowerCase() === 'authorization';
    checkHeader(name, value, isToken ? names.token : `the kubeconfig's user (${name})`);
  }
}

/** One is enough: a bundle may hold others that nobody can read. */
function checkAuthorities(value: unknown, name: string): void {
  const blocks = String(value).match(pemAuthority) ?? [];
  if (!blocks.some((block) => parseCertificate(block) !== undefined))
    throw mistake(`${name} is no certificate in PEM`, howToPrint);
}

/** The first of a list of certificates; all of them have to be some. */
function readCertificate(value: unknown, name: string): X509Certificate {
  const blocks = String(value).match(pemCertificate) ?? [];
  const [first, ...others] = blocks.map(parseCertificate);
  if (first === undefined || others.includes(undefined))
    throw mistake(`${name} is no certificate in PEM`, howToPrint);
  return first;
}

/** undefined for none: OpenSSL's own words name a routine of its decoder. */
function parseCertificate(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block);
  } catch {
    return undefined;
  }
}

function readKey(value: unknown, name: string): KeyObject {
  try {
    return createPrivateKey(String(value));
  } catch {
    throw mistake(`${name} is no private key in PEM, or one with a passphrase`, howToPrint);
  }
}

/** The message quotes nothing: the value may be a secret. */
function checkHeader(name: string, value: unknown, source: string): void {
  try {
    for (const item of [value].flat()) validateHeaderValue(name, String(item));
  } catch {
    throw mistake(
      `${source} has a line break, or another character that no HTTP header may hold`,
      'Take it out; a token is one line.',
    );
  }
}

function mistake(message: string, hint: string): BuildError {
  return new BuildError('input', message, { hint });
}
