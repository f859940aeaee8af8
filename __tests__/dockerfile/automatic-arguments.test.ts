import { describe, expect, test } from '@jest/globals';
import { platformArguments, timestampArgument } from '../../src/dockerfile/automatic-arguments.ts';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import { parsePlatform } from '../../src/inputs/values/platform.ts';

function argumentsFor(platform: string, dockerfile = 'FROM a\n'): Record<string, string> {
  const found = platformArguments(parseDockerfile(dockerfile), parsePlatform(platform));
  return Object.fromEntries(found.map(({ key, value }) => [key, value]));
}

describe('the platform arguments', () => {
  test('are those of Docker', () => {
    expect(argumentsFor('linux/arm/v7')).toEqual({
      TARGETPLATFORM: 'linux/arm/v7',
      TARGETOS: 'linux',
      TARGETARCH: 'arm',
      TARGETVARIANT: 'v7',
      BUILDPLATFORM: 'linux/arm/v7',
      BUILDOS: 'linux',
      BUILDARCH: 'arm',
      BUILDVARIANT: 'v7',
    });
    expect(argumentsFor('arm64')).toMatchObject({
      TARGETPLATFORM: 'linux/arm64',
      TARGETVARIANT: '',
    });
  });

  test('are not known without a platform', () => {
    expect(platformArguments(parseDockerfile('FROM a\n'), undefined)).toEqual([]);
  });

  test('do not replace the default of an ARG', () => {
    const dockerfile = 'ARG BUILDARCH="x y"\nFROM a\nARG A TARGETARCH=\nARG TARGETOS\n';
    const names = Object.keys(argumentsFor('amd64', dockerfile));
    expect(names).not.toContain('BUILDARCH');
    expect(names).not.toContain('TARGETARCH');
    expect(names).toContain('TARGETOS');
  });
});

test.each([
  { value: '0', isPassed: true },
  { value: '1700000000', isPassed: true },
  { value: '', isPassed: false },
  { value: '-1', isPassed: false },
  { value: '1.5', isPassed: false },
  { value: undefined, isPassed: false },
])('SOURCE_DATE_EPOCH=$value is passed: $isPassed', ({ value, isPassed }) => {
  const expected = isPassed ? [{ key: 'SOURCE_DATE_EPOCH', value }] : [];
  expect(timestampArgument({ SOURCE_DATE_EPOCH: value })).toEqual(expected);
});
