import { field, parseJson, text as textOf } from '../../text/json.ts';
import { invalid, quote, type Problem } from '../../text/problem.ts';
import { show } from '../../text/show.ts';

/** What is known of the job of this step. */
export interface JobFacts {
  /** A variable of the runner. */
  readonly env: (name: string) => string | undefined;
  /** Name of the default branch of the repository; undefined if the event of the job does not tell it. */
  readonly defaultBranch: () => string | undefined;
}

/** A Git context of Docker, as far as a checkout can replace it. */
export interface GitContext {
  /** Directory of the checkout, `.` for all of it. */
  readonly path: string;
  /** Why Docker may build another commit than that of the checkout. */
  readonly warning?: Problem;
}

interface GitUrl {
  /** `github.com/acme/app`, in lower case. */
  readonly repository: string;
  /** Branch, tag or commit; empty for the default branch. */
  readonly ref: string;
  readonly directory: string;
}

/** Docker expands it with Handlebars. */
const defaultContext =
  /^(?:\{\{\s*defaultContext\s*\}\}|\{\{\{\s*defaultContext\s*\}\}\})(?::([^]*))?$/;

/**
 * Reads a context that Docker fetches with Git: `{{defaultContext}}`, `{{defaultContext}}:DIR`, or the URL of a repository. The
 * checkout of the job replaces it if it is the repository of the job at the ref of the job. A URL without a ref is the default
 * branch: for a job of another ref the checkout is used too, with a warning.
 * @returns undefined for a path.
 * @throws InvalidInput for another repository or ref, and for a URL that is not a Git repository.
 */
export function parseGitContext(text: string, job: JobFacts): GitContext | undefined {
  const own = defaultContext.exec(text);
  if (own !== null) return { path: directoryOf(own[1] ?? '') };
  const url = parseGitUrl(text);
  if (url === undefined) {
    if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return undefined;
    throw invalid(
      'a URL that is not a Git repository is not supported',
      'Download the context in a step before this one, and set this input to its path.',
    );
  }
  checkRepository(url, job);
  const path = directoryOf(url.directory);
  const warning = url.ref === '' ? warningWithoutRef(job) : undefined;
  return { path, ...(warning !== undefined && { warning }) };
}

/** @throws InvalidInput for another repository or ref than that of the job. */
function checkRepository({ repository, ref, directory }: GitUrl, { env }: JobFacts): void {
  if (repository !== ownRepository(env)) {
    throw invalid(
      `the repository ${quote(repository)} is not that of this job`,
      `Check it out with actions/checkout (repository: ${repository.replace(/^[^/]*\//, '')}, path: context), and set this input to ${quote(joined('context', directory))}.`,
    );
  }
  const known = ['GITHUB_SHA', 'GITHUB_REF', 'GITHUB_REF_NAME'].map((name) => env(name));
  if (ref !== '' && !known.includes(ref)) {
    throw invalid(
      `the ref ${quote(ref)} is not that of this job`,
      `Check it out with actions/checkout (ref: ${ref}), and set this input to ${quote(joined('.', directory))}.`,
    );
  }
}

/** undefined if the job is known to run for the default branch. */
function warningWithoutRef({ env, defaultBranch }: JobFacts): Problem | undefined {
  const ref = env('GITHUB_REF') ?? '';
  const branch = defaultBranch();
  if (branch !== undefined && ref === `refs/heads/${branch}`) return undefined;
  return {
    text: `the URL has no ref, for which Docker builds the default branch, and this step the checkout of the job${ref === '' ? '' : ` (${show(ref)})`}`,
    hint: 'Use {{defaultContext}} for the checkout, or add the ref after "#".',
  };
}

/**
 * The default branch as the event of a job has it.
 * @param event JSON of the file that GITHUB_EVENT_PATH names.
 */
export function defaultBranchOf(event: string): string | undefined {
  return textOf(field(field(parseJson(event), 'repository'), 'default_branch'));
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
function ownRepository(env: JobFacts['env']): string {
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
