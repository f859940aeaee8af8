import { expect, test } from '@jest/globals';
import { failureOf, parse } from '../../support/inputs.ts';

test.each([
  { text: 'org.x=a:b' },
  { text: 'org.x/index:y=a', key: 'org.x/index:y', value: 'a' },
  { text: 'manifest:org.x=a:b' },
  { text: 'manifest,index:org.x=a:b' },
  { text: 'index,manifest:org.x=a:b' },
  { text: 'manifest[linux/arm64]:org.x=a:b' },
  { text: 'manifest[linux/amd64],manifest[linux/arm64]:org.x=a:b' },
])('$text is an annotation of the manifest', ({ text, key = 'org.x', value = 'a:b' }) => {
  const inputs = parse({ annotations: text, platforms: 'linux/arm64' });
  expect(inputs.image.annotations).toEqual([{ key, value }]);
  expect(inputs.warnings).toEqual([]);
});

test.each([
  { text: 'index:org.x=a', levels: 'index' },
  { text: 'index-descriptor:org.x=a', levels: 'index-descriptor' },
  { text: 'manifest-descriptor[linux/arm64]:org.x=a', levels: 'manifest-descriptor[linux/arm64]' },
  { text: 'manifest[linux/amd64]:org.x=a', levels: 'manifest[linux/amd64]' },
])('$text is not used, with a warning', ({ text, levels }) => {
  const inputs = parse({ annotations: `${text}\nb=1`, platforms: 'linux/arm64' });
  expect(inputs.image.annotations).toEqual([{ key: 'b', value: '1' }]);
  expect(inputs.warnings).toEqual([
    `input 'annotations': annotations for ${levels} are not used, because the image is a single manifest`,
  ]);
});

test('an annotation for a platform is not used if the platform is not known', () => {
  expect(parse({ annotations: 'manifest[linux/amd64]:a=1' }).image.annotations).toEqual([]);
});

test.each([
  {
    text: 'manifest,image:a=1',
    message: 'input \'annotations\' line 1: "image" is not a level of an annotation',
    hint: 'Use manifest, index, manifest-descriptor or index-descriptor.',
  },
  {
    text: 'manifest[solaris/amd64]:a=1',
    message: 'input \'annotations\' line 1: "solaris/amd64" is not a Linux platform',
    hint: 'Use linux/ARCHITECTURE, for example linux/amd64.',
  },
])('refuses $text', ({ text, message, hint }) => {
  expect(failureOf({ annotations: text })).toMatchObject({ message, hint });
});

test.each(['labels', 'annotations', 'build-args'] as const)(
  'the last value of a repeated key in %s counts, as in Docker',
  (name) => {
    const { labels, annotations, buildArgs } = parse({ [name]: 'a=1\nb=2\na=3' }).image;
    const found = { labels, annotations, 'build-args': buildArgs }[name];
    expect(found).toEqual([
      { key: 'a', value: '3' },
      { key: 'b', value: '2' },
    ]);
  },
);
