import { rule, type Rule } from './rule.ts';

/** Errors about a stream that ended early. */
export const streamFailures: readonly Rule[] = [
  rule(/please provide a valid path to a Dockerfile/, () => ({
    message: 'the stream ended before the Dockerfile, which is its last entry',
    transport: true,
  })),
  rule(
    /error resolving source context: .*?(gzip: invalid header|unexpected EOF|EOF|no data found.*)$/,
    ([reason = '']) => ({
      message: `the builder did not receive the whole context: ${reason}`,
      transport: true,
    }),
  ),
];
