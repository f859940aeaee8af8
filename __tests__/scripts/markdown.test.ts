import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { format } from 'prettier';
import { toMarkdown } from '../../scripts/markdown.ts';

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly description: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
}

const { inputs, outputs } = load(readFileSync('action.yml', 'utf8')) as Manifest;

test.each([
  { text: 'and gha-creds-*.json and', markdown: 'and `gha-creds-*.json` and' },
  { text: 'gha-kubeconfig-* at', markdown: '`gha-kubeconfig-*` at' },
  { text: 'expands $(NAME) in', markdown: 'expands `$(NAME)` in' },
  { text: 'see $(NAME).', markdown: 'see `$(NAME)`.' },
  { text: 'plain HTTP (http://HOST), or', markdown: 'plain HTTP (`http://HOST`), or' },
  { text: 'both (a b/c).', markdown: 'both (a `b/c`).' },
  { text: '{{defaultContext}}:DIR and', markdown: '`{{defaultContext}}:DIR` and' },
  { text: 'a word, and: more.', markdown: 'a word, and: more.' },
  { text: 'with --flag=VALUE; then', markdown: 'with `--flag=VALUE`; then' },
])('$text has what users type as code', ({ text, markdown }) => {
  expect(toMarkdown(text)).toBe(markdown);
});

test.each(Object.entries({ ...inputs, ...outputs }))(
  'the documentation has every character of the description of %s',
  async (_name, { description }) => {
    const rendered = await format(toMarkdown(description), { parser: 'markdown' });
    const words = (text: string): readonly string[] => text.trim().split(/\s+/);
    expect(words(rendered.replaceAll('`', ''))).toEqual(words(description));
  },
);
