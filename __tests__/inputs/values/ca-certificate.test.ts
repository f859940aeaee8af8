import { expect, test } from '@jest/globals';
import { parseCaCertificate } from '../../../src/inputs/values/ca-certificate.ts';
import { problemsOf } from '../../support/problems.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nMIIBszCC\n-----END CERTIFICATE-----';

test('accepts several certificates', () => {
  expect(parseCaCertificate(`\n${certificate}\n${certificate}\n\n`)).toBe(
    `${certificate}\n${certificate}\n`,
  );
});

test.each([
  {
    name: 'a private key',
    pem: `${certificate}\n-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----`,
    problem: {
      text: 'it contains a private key',
      hint: 'Use the CA certificate alone.',
    },
  },
  {
    name: 'half a certificate',
    pem: '-----BEGIN CERTIFICATE-----\nMIIBszCC',
    problem: {
      text: 'it does not contain a complete PEM certificate',
      hint: 'Use PEM text or the path of a PEM file, with -----BEGIN CERTIFICATE----- on a line of its own.',
    },
  },
])('refuses $name', ({ pem, problem }) => {
  expect(problemsOf(() => parseCaCertificate(pem))).toEqual([problem]);
});
