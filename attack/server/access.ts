import { change, drip, flood, injection, nested, page, processing, send } from './answers.ts';
import type { Behaviour } from './behaviour.ts';

const everything = /(?:)/;
const version = /^GET \/version/;
const rules = /selfsubjectrulesreviews/;
const reviews = /selfsubject\w+reviews/;
const asking =
  '^(?:asking the API server for its version|checking (?:the )?RBAC permissions?.*) failed: ';

/** A server that has not yet shown that it is Kubernetes must be reported within seconds: nothing was created. */
const isWrong = { verdict: 'red', pods: 0, seconds: 45 } as const;

/** Before a pod is created. */
export const accessBehaviours: readonly Behaviour[] = [
  {
    name: 'a sign-in page with status 200 for everything',
    match: everything,
    answer: page,
    ...isWrong,
    sentence: new RegExp(
      `${asking}unexpected response \\(not JSON\\): <!doctype html> <title>Sign in`,
    ),
    seconds: 15,
  },
  {
    name: 'compressed responses',
    match: everything,
    answer: send(Buffer.from([0x1f, 0x8b]), { headers: { 'content-encoding': 'gzip' } }),
    ...isWrong,
    sentence: /unexpected response \(compressed with gzip\)$/,
    seconds: 15,
  },
  {
    name: 'JSON of another server',
    match: everything,
    answer: send(JSON.stringify({ login: injection })),
    ...isWrong,
    sentence: /unexpected response \(not a (?:version|SelfSubject\w+Review)\)$/,
    seconds: 15,
  },
  {
    name: 'a redirect',
    match: everything,
    answer: send('', { status: 302, headers: { location: 'https://sign.example/in' } }),
    ...isWrong,
    sentence: /the server redirects to https:\/\/sign\.example\/in; redirects are not followed$/,
  },
  {
    name: 'headers of a megabyte',
    match: everything,
    answer: send('{}', { headers: { 'x-long': 'x'.repeat(1024 * 1024) } }),
    ...isWrong,
    sentence: /unexpected response \(not HTTP, or beyond its limits\): .*Header overflow$/,
  },
  {
    name: '1xx responses without end',
    match: everything,
    answer: processing,
    ...isWrong,
    sentence: /cannot be reached: no response within 30 s$/,
  },
  {
    name: 'a body of one byte a second',
    match: everything,
    answer: drip(200),
    ...isWrong,
    sentence: /the response is not complete within 30 s$/,
  },
  {
    name: 'a body without end',
    match: everything,
    answer: flood(200, ' '),
    ...isWrong,
    sentence: /the response is larger than 8 MiB$/,
  },
  {
    name: 'a refusal without end',
    match: reviews,
    answer: flood(401, 'x'),
    ...isWrong,
    sentence: /failed: HTTP 401: x{200}…$/,
  },
  {
    name: 'a Status of megabytes with workflow commands',
    match: version,
    answer: send(JSON.stringify({ message: injection + 'x'.repeat(100_000), reason: injection }), {
      status: 400,
    }),
    ...isWrong,
    sentence: /failed:\s+::add-mask::INJECTED/,
  },
  {
    name: 'a pause of three years',
    match: version,
    times: 3,
    answer: send('', { status: 503, headers: { 'retry-after': '99999999' } }),
    verdict: 'green',
  },
  {
    name: 'millions of permissions',
    match: rules,
    answer: change((review) => {
      const many = Array.from({ length: 20_000 }, (_, index) => `x${index}`);
      const rule = { verbs: many, apiGroups: [''], resources: many };
      return { ...review, status: { resourceRules: [rule, rule, 7, null] } };
    }),
    verdict: 'green',
  },
  {
    name: 'a review nested 100,000 deep',
    match: rules,
    times: 3,
    answer: send(`{"status":{"resourceRules":${nested(100_000)}}}`),
    verdict: 'green',
  },
  {
    name: 'a server that is unavailable until the timeout',
    match: version,
    answer: send('no healthy upstream', { status: 503 }),
    ...isWrong,
    inputs: { timeout: '30s' },
    sentence:
      /timeout of 30 s; last state: no pod was created; last failure: asking the API server for its version failed: HTTP 503: no healthy upstream$/,
  },
];
