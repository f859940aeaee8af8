import type { SeenRequest } from '../playground/cluster/server.ts';

/** A request that the server received. */
export interface Seen {
  readonly client: string;
  /** Its verb and resource, without names: `GET pod`, `list pods`, `watch pods`, `GET pod/log`. */
  readonly kind: string;
  readonly atMs: number;
  readonly isRefused: boolean;
}

/** A refused request that was retried. */
export interface Retry {
  readonly kind: string;
  /** From the refusal to the next request of the same kind. */
  readonly afterMs: number;
}

const reviews = 'POST selfsubjectaccessreviews';

/** Every request that the server received, and figures about their order. */
export class Traffic {
  readonly #seen: Seen[] = [];

  add({ line, query, client = '' }: SeenRequest, isRefused: boolean): void {
    this.#seen.push({ client, kind: kindOf(line, query), atMs: performance.now(), isRefused });
  }

  get clients(): readonly string[] {
    return [...new Set(this.#seen.map(({ client }) => client))];
  }

  /** Requests of a client that were not refused, by kind. */
  countsOf(client: string): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const seen of this.#seen)
      if (seen.client === client && !seen.isRefused)
        counts.set(seen.kind, (counts.get(seen.kind) ?? 0) + 1);
    return counts;
  }

  get refused(): number {
    return this.#seen.filter(({ isRefused }) => isRefused).length;
  }

  /** Every refused request that its client retried. */
  retries(): readonly Retry[] {
    return this.#seen.flatMap((seen, index) => {
      // Six access reviews are sent at once with the same request line: a retry cannot be distinguished from the others.
      if (!seen.isRefused || seen.kind === reviews) return [];
      const next = this.#seen
        .slice(index + 1)
        .find(({ client, kind }) => client === seen.client && kind === seen.kind);
      return next === undefined ? [] : [{ kind: seen.kind, afterMs: next.atMs - seen.atMs }];
    });
  }

  /** Time of the first request of each client after a moment, in milliseconds from it. */
  firstAfter(momentMs: number): readonly number[] {
    const first = new Map<string, number>();
    for (const { client, atMs } of this.#seen)
      if (atMs > momentMs && !first.has(client)) first.set(client, atMs - momentMs);
    return [...first.values()];
  }
}

/** The largest share of the moments within a window of this width. A small share means that they are spread evenly. */
export function fullestShare(momentsMs: readonly number[], widthMs: number): number {
  const sorted = momentsMs.toSorted((one, other) => one - other);
  const fullest = sorted.reduce((most, start, index) => {
    const inside = sorted.slice(index).filter((moment) => moment < start + widthMs).length;
    return Math.max(most, inside);
  }, 0);
  return sorted.length === 0 ? 0 : fullest / sorted.length;
}

function kindOf(line: string, query: string): string {
  const [method = '', path = ''] = line.split(' ', 2);
  const resource = path
    .replace(/^\/apis?\/(?:[\w.]+\/)?v1\//, '')
    .replace(/^namespaces\/[^/]+\//, '')
    .replace(/^pods\/[^/]+(\/\w+)?$/, 'pod$1')
    .replace(/^\//, '');
  if (query.includes('watch=true')) return `watch ${resource}`;
  return `${method === 'GET' && resource === 'pods' ? 'list' : method} ${resource}`;
}
