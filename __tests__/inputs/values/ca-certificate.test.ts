import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import {
  parseCaCertificate,
  readCaCertificate,
} from '../../../src/inputs/values/ca-certificate.ts';
import { invalid } from '../../../src/text/problem.ts';
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

function missing(path: string): never {
  throw invalid(`the file "${path}" does not exist`);
}

test('reads the file of a path, and PEM text as it is', () => {
  const read: string[] = [];
  const readFile = (path: string): string => {
    read.push(path);
    return certificate;
  };
  expect(readCaCertificate('certs/ca.crt', readFile)).toBe(`${certificate}\n`);
  expect(readCaCertificate(certificate, readFile)).toBe(`${certificate}\n`);
  expect(read).toEqual(['certs/ca.crt']);
});

test('quotes the path of a file that is missing', () => {
  expect(() => readCaCertificate('certs/ca.crt', missing)).toThrow(
    'the file "certs/ca.crt" does not exist',
  );
});

const { privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const lines = privateKey.split('\n').slice(1, -2);

test.each([
  { name: 'the base64 of a key', value: btoa(privateKey) },
  { name: 'a key without its labels', value: lines.join('\n') },
  { name: 'a key in one line', value: lines.join('') },
  { name: 'a line of a key', value: lines.at(-1) ?? '' },
  { name: 'a password', value: 'hunter22' },
])('does not quote $name in the place of a certificate', ({ value }) => {
  expect(() => readCaCertificate(value, missing)).toThrow(
    /^it is neither PEM text nor the path of a file that can be read$/,
  );
});
