import { invalid, quote } from '../../text/problem.ts';

/** Reads a variable of the runner's environment. */
type Env = (name: string) => string | undefined;

/** A Git context of Docker, as far as a checkout can replace it. */
export interface GitContext {
  /** Directory of the checkout, `.` for all of it. */
  readonly path: string;
}

interface GitUrl {
  /** `github.com/acme/app`, in lower case. */
  readonly repository: string;
  /** Branch, tag or commit; empty for the default branch. */
  readonly ref: string;
  readonly directory: string;
}

const defaultContext = '{{defaultContext}}';

/**
 * Reads a context that Docker fetches with Git: `{{defaultContext}}`, `{{defaultContext}}:DIR`, or the URL of a repository. The
 * checkout of the job replaces it if it is the repository of the job at the commit of the job.
 * @returns undefined for a path.
 * @throws InvalidInput for another repository or ref, and for a URL that is not a Git repository.
 */
export function parseGitContext(text: string, env: Env): GitContext | undefined {
  if (text === defaultContext) return { path: '.' };
  if (text.startsWith(`${defaultContext}:`)) {
    return { path: directoryOf(text.slice(defaultContext.length + 1)) };
  }
  const url = parseGitUrl(text);
  if (url === undefined) {
    if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return undefined;
    throw invalid(
      'a URL that is not a Git repository is not supported',
      'Download the context in a step before this one, and set this input to its path.',
    );
  }
  const { repository, ref, directory } = url;
  const own = ownRepository(env);
  if (repository !== own) {
    throw invalid(
      `the repository ${quote(repository)} is not that of this job`,
      `Check it out with actions/checkout (repository: ${repository.replace(/^[^/]*\//, '')}, path: context), and use context: ${joined('context', directory)}.`,
    );
  }
  const known = ['GITHUB_SHA', 'GITHUB_REF', 'GITHUB_REF_NAME'].map((name) => env(name));
  if (ref !== '' && !known.includes(ref)) {
    throw invalid(
      `the ref ${quote(ref)} is not that of this job`,
      `Check it out with actions/checkout (ref: ${ref}), and use context: ${joined('.', directory)}.`,
    );
  }
  return { path: directory === '' ? '.' : directoryOf(directory) };
}

/** @returns undefined for a text that Docker does not take for a Git repository. */
function parseGitUrl(text: string): GitUrl | undefined {
  const hash = text.indexOf('#');
  const [location, fragment] =
    hash === -1 ? [text, ''] : [text.slice(0, hash), text.slice(hash + 1)];
  const match =
    /^(?:https?|ssh|git):\/\/(?:[^/@]*@)?([^/]+)\/(.+)$/i.exec(location) ??
    /^(?:[\w.-]+@)([\w.-]+):(.+)$/.exec(location) ??
    /^(github\.com)\/(.+)$/.exec(location);
  const [, host = '', path = ''] = match ?? [];
  const isHttp = /^https?:/i.test(location);
  if (match === null || (isHttp && !path.endsWith('.git'))) return undefined;
  const colon = fragment.indexOf(':');
  const [ref, directory] =
    colon === -1 ? [fragment, ''] : [fragment.slice(0, colon), fragment.slice(colon + 1)];
  const repository = `${host}/${path.replace(/\.git$/, '').replace(/\/+$/, '')}`.toLowerCase();
  return { repository, ref, directory: directory.replace(/^\/+|\/+$/g, '') };
}

/** `github.com/acme/app` of the job, in lower case. */
function ownRepository(env: Env): string {
  const server = (env('GITHUB_SERVER_URL') ?? 'https://github.com').replace(/^https?:\/\//, '');
  return `${server}/${env('GITHUB_REPOSITORY') ?? ''}`.toLowerCase();
}

/** @throws InvalidInput for a directory outside of the repository. */
function directoryOf(text: string): string {
  const directory = text.replace(/^\/+|\/+$/g, '');
  if (directory.split('/').includes('..')) {
    throw invalid(`the directory ${quote(text)} is outside of the repository`, 'Remove "..".');
  }
  return directory === '' ? '.' : directory;
}

function joined(directory: string, name: string): string {
  return name === '' ? directory : `${directory}/${name}`;
}
