import { listOf, fieldsOf, text } from '../text/json.ts';
import { InvalidInput } from '../text/problem.ts';
import type { Kubeconfig } from './document.ts';
import { quotableAddress } from './server.ts';

/** A shorter name would replace parts of ordinary words. */
const shortestName = 3;

/** Every text with which a message can name the API server of a cluster in the kubeconfig, for `hide-server`; the longest first. */
export function serverNames({ document }: Kubeconfig): readonly string[] {
  const clusters = listOf(document['clusters']).map((entry) => fieldsOf(entry['cluster']));
  const names = clusters.flatMap((cluster) => {
    const server = text(cluster['server']) ?? '';
    const address = quotableAddress(server);
    const host = address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
    const hostname = host.replace(/:\d*$/, '');
    const written = server
      .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
      .replace(/^[^/]*@|[/?#:[][^]*$/g, '');
    return [
      server,
      host,
      hostname,
      hostname.replace(/^\[|\]$/g, ''),
      // As oc login names its contexts.
      hostname.replaceAll('.', '-'),
      written,
      text(cluster['tls-server-name']) ?? '',
    ];
  });
  return [...new Set(names)]
    .filter((name) => name.length >= shortestName)
    .toSorted((one, other) => other.length - one.length);
}

/** Runs something that validates the kubeconfig. Its problems do not name the API server. @throws InvalidInput */
export function withoutServerNames<T>(kubeconfig: Kubeconfig, validate: () => T): T {
  try {
    return validate();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const names = serverNames(kubeconfig);
    const hide = (message: string): string =>
      names.reduce((rest, name) => rest.replaceAll(name, '***'), message);
    throw new InvalidInput(
      error.problems.map(({ hint, ...problem }) => ({
        ...problem,
        text: hide(problem.text),
        ...(hint !== undefined && { hint: hide(hint) }),
      })),
    );
  }
}
