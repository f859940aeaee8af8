import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';

/** One import of another file of the same tree. */
export interface Import {
  /** Paths relative to the tree, with `/`. */
  readonly from: string;
  readonly to: string;
  /** Imported names; `*` for a namespace, a dynamic import or one without names. */
  readonly names: readonly string[];
}

/** TypeScript files below a directory, relative to it, with `/`. */
export function sourceFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted();
}

/** TypeScript files below some folders of a directory, relative to the directory, with `/`. */
export function sourceFilesIn(directory: string, folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) =>
    sourceFiles(join(directory, folder)).map((file) => `${folder}/${file}`),
  );
}

/**
 * All imports between the TypeScript files below a directory, those of types included.
 * @param files the importing files; by default all of the directory.
 */
export function importsOf(
  directory: string,
  files: readonly string[] = sourceFiles(directory),
): readonly Import[] {
  return files.flatMap((from) =>
    specifiersOf(readFileSync(join(directory, from), 'utf8'))
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier, names }) => ({ from, to: join(dirname(from), specifier), names }))
      .filter(({ to }) => !to.startsWith('..')),
  );
}

function specifiersOf(text: string): { specifier: string; names: readonly string[] }[] {
  const found: { specifier: string; names: readonly string[] }[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      found.push({ specifier: node.moduleSpecifier.text, names: namesOf(node) });
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier !== undefined && ts.isStringLiteral(specifier)) {
        found.push({ specifier: specifier.text, names: ['*'] });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest));
  return found;
}

function namesOf(node: ts.ImportDeclaration | ts.ExportDeclaration): readonly string[] {
  const clause = ts.isImportDeclaration(node)
    ? node.importClause?.namedBindings
    : node.exportClause;
  if (clause === undefined || ts.isNamespaceImport(clause) || ts.isNamespaceExport(clause)) {
    return ['*'];
  }
  return clause.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}
