import { rule, words, type Rule } from './rule.ts';

/** Failures of a connection that can succeed later. Texts of Go's packages net, net/http and crypto/tls. */
const passing =
  /connection refused|connection reset|timeout|timed out|deadline exceeded|no route to host|server misbehaving|temporary failure|\bEOF\b/i;

/** A registry that cannot be connected to. */
export const connectionFailures: readonly Rule[] = [
  rule(
    /(?:Get|Head|Post|Put|Patch) "https?:\/\/([^/"]+)\/[^"]*": [^;]*x509: ([^;]*)/,
    ([registry = '', reason = '']) => ({
      message: `the certificate of the registry ${registry} is not trusted: ${words(reason)}`,
      hint: "Provide its CA certificate with 'registry-ca'.",
    }),
  ),
  rule(
    /(?:Get|Head|Post|Put|Patch) "https:\/\/([^/"]+)\/[^"]*": http: server gave HTTP response to HTTPS client/,
    ([registry = '']) => ({
      message: `the registry ${registry} uses plain HTTP`,
      hint: `Add http://${registry} to 'insecure-registries'.`,
    }),
  ),
  (error) => {
    const [, registry, reason = ''] =
      /(?:Get|Head|Post|Put|Patch) "https?:\/\/([^/"]+)\/[^"]*": ([^;]*)/.exec(error) ?? [];
    if (registry === undefined) return undefined;
    const isBefore = error.startsWith('error checking push permissions') && passing.test(reason);
    return {
      message: `the registry ${registry} is unreachable from the cluster: ${words(reason)}`,
      hint: 'Check the host name of the registry, and that pods in the cluster can connect to it.',
      ...(isBefore && { beforeBuild: true }),
    };
  },
];
