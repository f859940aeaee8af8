import { invalid, quote } from '../../text/problem.ts';
import type { KeyValue } from './key-value.ts';
import { isOwnKey } from './own-keys.ts';

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(\\.${label})*$`);
const keyNamePattern = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelValuePattern = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

/** The name of a namespace: a DNS-1123 label. */
export function parseNamespace(text: string): string {
  if (labelPattern.test(text)) return text;
  throw invalid(
    `${quote(text)} is not a valid namespace name`,
    'Use at most 63 lower-case letters, digits and "-", with a letter or digit at both ends.',
  );
}

/** The name of a ServiceAccount or Secret: a DNS-1123 subdomain. */
export function parseObjectName(text: string): string {
  if (text.length <= 253 && subdomainPattern.test(text)) return text;
  throw invalid(
    `${quote(text)} is not a valid name of a Kubernetes object`,
    'Use lower-case letters, digits, "-" and ".", with a letter or digit at both ends.',
  );
}

/** Checks a qualified name (the key of a label or annotation, an extended resource): `name` or `prefix.example/name`. */
export function checkQualifiedName(key: string): void {
  const slash = key.indexOf('/');
  const prefix = key.slice(0, Math.max(0, slash));
  const prefixIsGood = slash === -1 || (prefix.length <= 253 && subdomainPattern.test(prefix));
  if (prefixIsGood && keyNamePattern.test(key.slice(slash + 1))) return;
  throw invalid(
    `${quote(key)} is not a valid qualified name`,
    'Use at most 63 letters, digits, "-", "_" and ".", with an optional prefix "domain/".',
  );
}

/** A label for the pod. Keys of the action are refused. */
export function checkPodLabel(pair: KeyValue): void {
  refuseOwnKey(pair.key);
  checkLabel(pair);
}

/** An annotation for the pod. Keys of the action are refused. */
export function checkPodAnnotation({ key }: KeyValue): void {
  refuseOwnKey(key);
  checkQualifiedName(key);
}

/** A node selector. The pod spec always selects Linux nodes, so another operating system is refused. */
export function checkSelector(pair: KeyValue): void {
  checkLabel(pair);
  if (pair.key !== 'kubernetes.io/os' || pair.value === 'linux') return;
  throw invalid(`${quote(`${pair.key}=${pair.value}`)} excludes Linux nodes`, 'Remove it.');
}

function refuseOwnKey(key: string): void {
  if (isOwnKey(key)) throw invalid(`${quote(key)} is reserved by the action`, 'Use another key.');
}

function checkLabel({ key, value }: KeyValue): void {
  checkQualifiedName(key);
  if (labelValuePattern.test(value)) return;
  throw invalid(
    `the value ${quote(value)} of ${quote(key)} is not a valid label value`,
    'Use at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends.',
  );
}
