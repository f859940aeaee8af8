import { isFields, itemsOf, listOf, text, type Fields } from '../text/json.ts';
import { invalid } from '../text/problem.ts';
import { loadYaml } from '../text/yaml.ts';
import { firstDocument } from './first-document.ts';

/** A kubeconfig, parsed once. Its entries are not validated yet: selectContext does that. */
export interface Kubeconfig {
  /** Where it comes from, for messages and the job log; not secret. */
  readonly source: string;
  /** The top-level mapping. Secret. */
  readonly document: Fields;
}

/** The source of a kubeconfig that is the value of the input. */
export const inputSource = "input 'kubeconfig'";

/** Without a period; the hint for a kubeconfig that is incomplete or damaged. */
export const howToPrint = 'Store the output of: kubectl config view --raw --flatten --minify';

/**
 * Parses YAML or JSON as kubectl does: the first document, and the last value of a key. A text without a document, for example an
 * empty file, is an empty kubeconfig. No message quotes the text: it is a secret.
 * @throws InvalidInput
 */
export function parseKubeconfig(content: string, source = inputSource): Kubeconfig {
  const document =
    loadYaml(firstDocument(content), `${howToPrint}.`, { areKeysRepeatable: true }) ?? {};
  if (!isFields(document)) throw invalid('it is not a mapping', `${howToPrint}.`);
  return { source, document };
}

/**
 * Merges as kubectl does: the first kubeconfig that has an entry of some name, or a current-context, wins. Entries of the
 * same name are not combined.
 * @param kubeconfigs at least one.
 */
export function mergeKubeconfigs(kubeconfigs: readonly Kubeconfig[], source: string): Kubeconfig {
  const documents = kubeconfigs.map(({ document }) => document);
  const joined = (list: string): unknown =>
    documents.some((document) => Array.isArray(document[list]))
      ? documents.flatMap((document) => itemsOf(document[list]))
      : undefined;
  return {
    source,
    document: {
      ...documents[0],
      clusters: joined('clusters'),
      users: joined('users'),
      contexts: joined('contexts'),
      'current-context': documents.map(currentContext).find((name) => name !== undefined),
    },
  };
}

/** The name in `current-context`; undefined if it is missing or empty. */
export function currentContext(document: Fields): string | undefined {
  const name = text(document['current-context']);
  return name === '' ? undefined : name;
}

/** Names of the entries of a list, each once, in order. */
export function namesOf(entries: unknown): readonly string[] {
  const names = listOf(entries).map((entry) => entry['name']);
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}

/** The first entry of this name; undefined if the list has none. */
export function findNamed(entries: unknown, name: unknown): Fields | undefined {
  return listOf(entries).find((entry) => entry['name'] === name);
}
