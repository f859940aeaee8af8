import { invalid, quote } from '../../text/problem.ts';
import type { KeyValue } from './fields.ts';
import { isOwnKey } from './own-keys.ts';

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(\\.${label})*$`);
const keyNamePattern = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelValuePattern = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

/** A namespace's name: a DNS-1123 label. */
export function parseNamespace(text: string): string {
  if (labelPattern.test(text)) return text;
  throw invalid(
    `${quote(text)} is not a name of a namespace`,
    'Use at most 63 lower-case letters, digits and "-", with a letter or digit at both ends.',
  );
}

/** The name of a ServiceAccount or Secret: a DNS-1123 subdomain. */
export function parseObjectName(text: string): string {
  if (text.length <= 253 && subdomainPattern.test(text)) return text;
  throw invalid(
    `${quote(text)} is not a name of a Kubernetes object`,
    'Use lower-case letters, digits, "-" and ".", with a letter or digit at both ends.',
  );
}

/** Checks the key of a label or annotation: `name` or `prefix.example/name`. */
export function checkQualifiedKey(key: string): void {
  const slash = key.indexOf('/');
  const prefix = key.slice(0, Math.max(0, slash));
  const prefixIsGood = slash === -1 || (prefix.length <= 253 && subdomainPattern.test(prefix));
  if (prefixIsGood && keyNamePattern.test(key.slice(slash + 1))) return;
  throw invalid(
    `${quote(key)} is not a key of a label or annotation`,
    'Use a name of at most 63 letters, digits, "-", "_" and ".", with an optional "domain/" before it.',
  );
}

/** A label of the pod: not one of ours. */
export function checkPodLabel(pair: KeyValue): void {
  refuseOwnKey(pair.key);
  checkLabel(pair);
}

/** An annotation of the pod: not one of ours. */
export function checkPodAnnotation({ key }: KeyValue): void {
  refuseOwnKey(key);
  checkQualifiedKey(key);
}

/** A node selector; that the node runs Linux is always selected. */
export function checkSelector(pair: KeyValue): void {
  checkLabel(pair);
  if (pair.key !== 'kubernetes.io/os' || pair.value === 'linux') return;
  throw invalid(`${quote(`${pair.key}=${pair.value}`)} excludes Linux nodes`, 'Leave it out.');
}

function refuseOwnKey(key: string): void {
  if (isOwnKey(key)) throw invalid(`${quote(key)} is set by the action itself`, 'Use another key.');
}

function checkLabel({ key, value }: KeyValue): void {
  checkQualifiedKey(key);
  if (labelValuePattern.test(value)) return;
  throw invalid(
    `${quote(value)} of ${quote(key)} is not a value of a label`,
    'Use at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends.',
  );
}
