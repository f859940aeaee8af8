import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import ts from 'typescript';
import { sourceFiles } from '../support/imports.ts';

const root = join(import.meta.dirname, '..', '..');

/** Wordings that CONTRIBUTING.md (Language) replaces, each with what to write. */
const refused: readonly (readonly [RegExp, string])[] = [
  [/\b(?:is|are|was|were) (?:no [a-z]+|none)\b/, '"is not a …", "has no …"'],
  [/\bstands?\b/, '"is", "appears"'],
  [/\b(?:any|no|some)body\b|\bwhoever\b/, 'the actor: "a proxy", "another client", "the user"'],
  [/\b(?:by|behind|beside|before) '[a-z-]+'/, '"with", "in", "after" or "together with" the input'],
  [/\b(?:keeps?|kept|left|leaves?) out\b/, '"excludes", "excluded"'],
  [/(?<!service[- ])\baccounts?\b(?! (?:key|file|token))/, '"ServiceAccount", "user"'],
  [/\brights?\b/, '"RBAC permission"'],
  [/(?<!docker |az acr |[-_/])\blogins?\b/, '"credentials"'],
  [/(?<![-\w])authorit(?:y|ies)\b(?!-)/, '"CA certificate"'],
  [/\bhere-documents?\b/, '"heredoc"'],
  [/\b(?:what|who) (?:it|they|that|nobody|hinders?)\b/i, 'a noun'],
  [/\bthe words? of\b|\b(?:own|last) words?\b/, '"message", "output"'],
  [/\b(?:tells?|told)\b/, '"report", "return", "log"'],
  [/\bis away\b|\bwas away\b/, '"is unavailable", "is unreachable"'],
];

interface Text {
  readonly place: string;
  readonly text: string;
}

/** The string literals of a file, those of imports and of types left aside. */
function literalsOf(file: string): readonly Text[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, 'src', file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: Text[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || isTemplateRest(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ place: `src/${file}:${line + 1}`, text: node.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTemplateRest(node: ts.Node): node is ts.TemplateMiddle | ts.TemplateTail {
  return ts.isTemplateMiddle(node) || ts.isTemplateTail(node);
}

/** Every text of a YAML document. */
function textsOf(value: unknown, place: string): readonly Text[] {
  if (typeof value === 'string') return [{ place, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, `${place} ${key}`));
}

/** Prose of a Markdown file, line by line; code is not prose. */
function proseOf(file: string): readonly Text[] {
  let isCode = false;
  return readFileSync(join(root, file), 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trimStart().startsWith('```')) isCode = !isCode;
      return isCode
        ? []
        : [{ place: `${file}:${index + 1}`, text: line.replace(/`[^`]*`/g, '`…`') }];
    });
}

function findRefused(texts: readonly Text[]): readonly string[] {
  return texts.flatMap(({ place, text }) =>
    refused.flatMap(([pattern, instead]) => {
      const found = pattern.exec(text)?.[0];
      return found === undefined ? [] : [`${place}: "${found}": write ${instead}`];
    }),
  );
}

test.each([
  'the context is a file, but is no archive',
  "3 entries kept out by '.dockerignore'",
  'the account of the kubeconfig may not create pods',
  'anybody on the way to the server can read this build',
  'What it is stands in the README',
])('refuses: %s', (text) => {
  expect(findRefused([{ place: 'here', text }])).not.toEqual([]);
});

test.each([
  'cannot create resource "pods" in namespace "ci"',
  '3 entries excluded by .dockerignore',
  'run docker login before this step',
  'the certificate-authority-data of the cluster is not PEM',
])('accepts: %s', (text) => {
  expect(findRefused([{ place: 'here', text }])).toEqual([]);
});

test('messages and hints in src use standard terms', () => {
  const literals = sourceFiles(join(root, 'src')).flatMap(literalsOf);
  expect(literals.length).toBeGreaterThan(1_000);
  expect(findRefused(literals)).toEqual([]);
});

test('descriptions in action.yml use standard terms', () => {
  const manifest = load(readFileSync(join(root, 'action.yml'), 'utf8'));
  expect(findRefused(textsOf(manifest, 'action.yml'))).toEqual([]);
});

test('README.md uses standard terms', () => {
  expect(findRefused(proseOf('README.md'))).toEqual([]);
});
