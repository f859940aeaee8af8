import { lastLogged, lastLoggedIn } from '../logged.ts';
import { at, rule, words, type Rule } from './rule.ts';

/** Advice for reasons of Go's HTTP client. */
const advice: readonly (readonly [RegExp, string])[] = [
  [/server gave HTTP response to HTTPS client/, 'Write http:// in the URL, or use another server.'],
  [
    /x509:/,
    "kaniko trusts only the CA certificates of its own image here, not 'registry-ca'. Download the file in an earlier step of the job, and use COPY.",
  ],
  [/invalid response status/, 'Check the URL. kaniko sends no credentials for it.'],
];
const checkUrl = 'Check the URL, and that pods in the cluster can connect to its host.';

/** A URL in ADD that cannot be downloaded. */
export const downloadFailures: readonly Rule[] = [
  rule(
    /downloading remote source file: (?:[A-Z][a-z]+ "([^"\s]*)": )?(.*)/,
    ([url = '', reason = ''], build) => {
      const name = url === '' ? (lastLogged(build, ['ADD'])?.split(' ')[1] ?? 'a URL') : url;
      return {
        message: `ADD of ${words(name)} failed: ${words(reason)}`,
        hint: advice.find(([pattern]) => pattern.test(reason))?.[1] ?? checkUrl,
        ...at(lastLoggedIn(build, ['ADD'])),
      };
    },
  ),
];
