import { describe, expect, test } from '@jest/globals';
import { collapse } from '../../src/dockerfile/instruction.ts';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import { pulledRepositories } from '../../src/dockerfile/repositories.ts';

interface Row {
  readonly name: string;
  readonly text: string;
  /** `line: text` of each instruction. */
  readonly instructions: readonly string[];
  readonly registries: readonly string[];
}

function read(text: string): Pick<Row, 'instructions' | 'registries'> {
  const dockerfile = parseDockerfile(text);
  const { instructions } = dockerfile;
  return {
    instructions: instructions.map((found) => `${found.line}: ${collapse(found.text)}`),
    registries: [...new Set(pulledRepositories(dockerfile, []).map(({ registry }) => registry))],
  };
}

/**
 * Recorded from dockerfile-ast 0.7.1. The parser of BuildKit 0.30.0 finds the same instructions, but refuses the heredoc that
 * is not closed.
 */
const agreed: readonly Row[] = [
  {
    name: 'one stage',
    text: 'FROM ghcr.io/a\nRUN make\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN make'],
    registries: ['ghcr.io'],
  },
  {
    name: 'lower case',
    text: 'from ghcr.io/a as b\nrun make\ncopy --from=quay.io/b /x /\n',
    instructions: ['1: from ghcr.io/a as b', '2: run make', '3: copy --from=quay.io/b /x /'],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'spaces and tabs around an instruction',
    text: '  FROM   ghcr.io/a \t\n\tRUN\tmake   all\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN make all'],
    registries: ['ghcr.io'],
  },
  {
    name: 'comments and empty lines',
    text: '# one\n\n  # two\nFROM ghcr.io/a\n\n#FROM quay.io/b\nRUN x # y\n',
    instructions: ['4: FROM ghcr.io/a', '7: RUN x # y'],
    registries: ['ghcr.io'],
  },
  {
    name: 'a continuation',
    text: 'FROM \\\n  ghcr.io/a\nRUN a && \\\n    b\nRUN c\n',
    instructions: ['1: FROM ghcr.io/a', '3: RUN a && b', '5: RUN c'],
    registries: ['ghcr.io'],
  },
  {
    name: 'a continuation with comments inside',
    text: 'FROM ghcr.io/a\nRUN a && \\\n# one\n  # two\\\n  b\nCOPY --from=quay.io/b \\\n# FROM gcr.io/c\n  /x /\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN a && b', '6: COPY --from=quay.io/b /x /'],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'a continuation with white space after the backslash',
    text: 'FROM \\ \t\n ghcr.io/a\nRUN a \\  \n  b\n',
    instructions: ['1: FROM ghcr.io/a', '3: RUN a b'],
    registries: ['ghcr.io'],
  },
  {
    name: 'a continuation on the last line',
    text: 'FROM ghcr.io/a\nRUN a \\',
    instructions: ['1: FROM ghcr.io/a', '2: RUN a'],
    registries: ['ghcr.io'],
  },
  {
    name: 'a backslash before a comment character',
    text: 'FROM ghcr.io/a\nRUN echo \\# b\nRUN c\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN echo \\# b', '3: RUN c'],
    registries: ['ghcr.io'],
  },
  {
    name: 'the escape directive',
    text: '# escape=`\nFROM `\n  ghcr.io/a\nRUN dir c:\\\nFROM quay.io/b\n',
    instructions: ['2: FROM ghcr.io/a', '4: RUN dir c:\\', '5: FROM quay.io/b'],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'the escape directive after the syntax directive',
    text: '# syntax=docker/dockerfile:1\n#escape = `\nFROM ghcr.io/a\nRUN a `\n b\nFROM quay.io/b\n',
    instructions: ['3: FROM ghcr.io/a', '4: RUN a b', '6: FROM quay.io/b'],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'the escape directive in upper case',
    text: '# ESCAPE=`\nFROM ghcr.io/a\nRUN c:\\\nFROM quay.io/b\n',
    instructions: ['2: FROM ghcr.io/a', '3: RUN c:\\', '4: FROM quay.io/b'],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'an escape directive after a comment',
    text: '# note\n# escape=`\nFROM ghcr.io/a\nRUN a \\\n b\nRUN c `\n',
    instructions: ['3: FROM ghcr.io/a', '4: RUN a b', '6: RUN c `'],
    registries: ['ghcr.io'],
  },
  {
    name: 'an escape directive after an empty line',
    text: '\n# escape=`\nFROM ghcr.io/a\nRUN a \\\n b\n',
    instructions: ['3: FROM ghcr.io/a', '4: RUN a b'],
    registries: ['ghcr.io'],
  },
  {
    name: 'a heredoc of RUN',
    text: 'FROM ghcr.io/a\nRUN <<EOF\nFROM quay.io/b\nEOF\nCOPY --from=gcr.io/c /x /\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN <<EOF', '5: COPY --from=gcr.io/c /x /'],
    registries: ['ghcr.io', 'gcr.io'],
  },
  {
    name: 'a heredoc with tabs',
    text: 'FROM ghcr.io/a\nRUN <<-EOF\n\tFROM quay.io/b\n\tEOF\nFROM gcr.io/c\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN <<-EOF', '5: FROM gcr.io/c'],
    registries: ['ghcr.io', 'gcr.io'],
  },
  {
    name: 'a heredoc of COPY',
    text: 'FROM ghcr.io/a\nCOPY <<EOF /x\nFROM quay.io/b\nEOF\nFROM gcr.io/c\n',
    instructions: ['1: FROM ghcr.io/a', '2: COPY <<EOF /x', '5: FROM gcr.io/c'],
    registries: ['ghcr.io', 'gcr.io'],
  },
  {
    name: 'a heredoc after a continuation',
    text: 'FROM ghcr.io/a\nRUN set -e; \\\n  cat <<EOF\nFROM quay.io/b\nEOF\nFROM gcr.io/c\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN set -e; cat <<EOF', '6: FROM gcr.io/c'],
    registries: ['ghcr.io', 'gcr.io'],
  },
  {
    name: 'a heredoc with a line that ends with a backslash',
    text: 'FROM ghcr.io/a\nRUN <<EOF\na \\\nEOF\nFROM gcr.io/c\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN <<EOF', '5: FROM gcr.io/c'],
    registries: ['ghcr.io', 'gcr.io'],
  },
  {
    name: 'a heredoc with comments',
    text: "FROM ghcr.io/a\nRUN <<EOF\n# it's\nEOF\nFROM gcr.io/c\n",
    instructions: ['1: FROM ghcr.io/a', '2: RUN <<EOF', '5: FROM gcr.io/c'],
    registries: ['ghcr.io', 'gcr.io'],
  },
  {
    name: 'a heredoc that is not closed',
    text: 'FROM ghcr.io/a\nRUN <<EOF\nFROM quay.io/b\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN <<EOF'],
    registries: ['ghcr.io'],
  },
  {
    name: 'a shift that looks like a heredoc',
    text: 'FROM ghcr.io/a\nRUN echo $((1<<2))\nFROM quay.io/b\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN echo $((1<<2))', '3: FROM quay.io/b'],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'a here string',
    text: 'FROM ghcr.io/a\nRUN cat <<<EOF\nFROM quay.io/b\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN cat <<<EOF', '3: FROM quay.io/b'],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'a heredoc in quotes',
    text: 'FROM ghcr.io/a\nRUN echo "<<EOF"\nFROM quay.io/b\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN echo "<<EOF"', '3: FROM quay.io/b'],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'a heredoc in CMD',
    text: 'FROM ghcr.io/a\nCMD cat <<EOF\nFROM quay.io/b\n',
    instructions: ['1: FROM ghcr.io/a', '2: CMD cat <<EOF', '3: FROM quay.io/b'],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'a heredoc of ONBUILD',
    text: 'FROM ghcr.io/a\nONBUILD RUN <<EOF\nFROM quay.io/b\nEOF\nFROM gcr.io/c\n',
    instructions: ['1: FROM ghcr.io/a', '2: ONBUILD RUN <<EOF', '5: FROM gcr.io/c'],
    registries: ['ghcr.io', 'gcr.io'],
  },
  {
    name: 'ARG before FROM',
    text: 'ARG R=ghcr.io\nARG I=$R/a\nFROM ${I}:1\n',
    instructions: ['1: ARG R=ghcr.io', '2: ARG I=$R/a', '3: FROM ${I}:1'],
    registries: ['ghcr.io'],
  },
  {
    name: 'several variables in one ARG',
    text: 'ARG R=ghcr.io N=a\nFROM $R/$N\n',
    instructions: ['1: ARG R=ghcr.io N=a', '2: FROM $R/$N'],
    registries: ['ghcr.io'],
  },
  {
    name: 'ARG with double quotes',
    text: 'ARG R="ghcr.io"\nFROM ${R}/a\n',
    instructions: ['1: ARG R="ghcr.io"', '2: FROM ${R}/a'],
    registries: ['ghcr.io'],
  },
  {
    name: 'ARG with single quotes',
    text: "ARG R='ghcr.io'\nFROM ${R}/a\n",
    instructions: ["1: ARG R='ghcr.io'", '2: FROM ${R}/a'],
    registries: ['ghcr.io'],
  },
  {
    name: 'ARG with quotes around all of it',
    text: 'ARG "R=ghcr.io"\nFROM ${R}/a\n',
    instructions: ['1: ARG "R=ghcr.io"', '2: FROM ${R}/a'],
    registries: [],
  },
  {
    name: 'ARG with a comment after it',
    text: 'ARG R=ghcr.io # or quay.io\nFROM ${R}/a\n',
    instructions: ['1: ARG R=ghcr.io # or quay.io', '2: FROM ${R}/a'],
    registries: ['ghcr.io'],
  },
  {
    name: 'ARG with spaces around the equals sign',
    text: 'ARG R = ghcr.io\nFROM ${R}/a\n',
    instructions: ['1: ARG R = ghcr.io', '2: FROM ${R}/a'],
    registries: [],
  },
  {
    name: 'ARG over several lines',
    text: 'ARG R=ghcr.io \\\n  # the name\n  N=a\nFROM $R/$N\n',
    instructions: ['1: ARG R=ghcr.io N=a', '4: FROM $R/$N'],
    registries: ['ghcr.io'],
  },
  {
    name: 'ARG after FROM',
    text: 'FROM ghcr.io/a\nARG R=quay.io\nFROM ${R}/b\n',
    instructions: ['1: FROM ghcr.io/a', '2: ARG R=quay.io', '3: FROM ${R}/b'],
    registries: ['ghcr.io'],
  },
  {
    name: 'ARG twice',
    text: 'ARG R=ghcr.io\nARG R=quay.io\nFROM ${R}/b\n',
    instructions: ['1: ARG R=ghcr.io', '2: ARG R=quay.io', '3: FROM ${R}/b'],
    registries: ['quay.io'],
  },
  {
    name: 'ARG of the platform',
    text: 'FROM --platform=$BUILDPLATFORM ghcr.io/a\n',
    instructions: ['1: FROM --platform=$BUILDPLATFORM ghcr.io/a'],
    registries: ['ghcr.io'],
  },
  {
    name: 'FROM with a flag in quotes',
    text: 'FROM --platform="linux/amd64" ghcr.io/a\n',
    instructions: ['1: FROM --platform="linux/amd64" ghcr.io/a'],
    registries: ['ghcr.io'],
  },
  {
    name: 'FROM with an escaped dollar',
    text: 'ARG R=ghcr.io\nFROM \\$R/a\n',
    instructions: ['1: ARG R=ghcr.io', '2: FROM \\$R/a'],
    registries: [],
  },
  {
    name: 'FROM with a digest',
    text: 'FROM ghcr.io/a:1@sha256:00 AS x\nFROM x\n',
    instructions: ['1: FROM ghcr.io/a:1@sha256:00 AS x', '2: FROM x'],
    registries: ['ghcr.io'],
  },
  {
    name: 'FROM with a port',
    text: 'FROM localhost:5000/a AS a\n',
    instructions: ['1: FROM localhost:5000/a AS a'],
    registries: ['localhost:5000'],
  },
  {
    name: 'COPY --from among other flags',
    text: 'FROM scratch\nCOPY --link --from=ghcr.io/a --chown=1 /a /a\n',
    instructions: ['1: FROM scratch', '2: COPY --link --from=ghcr.io/a --chown=1 /a /a'],
    registries: ['ghcr.io'],
  },
  {
    name: 'COPY --from with the JSON form',
    text: 'FROM scratch\nCOPY --from=ghcr.io/a ["x", "/"]\n',
    instructions: ['1: FROM scratch', '2: COPY --from=ghcr.io/a ["x", "/"]'],
    registries: ['ghcr.io'],
  },
  {
    name: 'COPY --from over several lines',
    text: 'FROM scratch\nCOPY \\\n  --link \\\n  --from=ghcr.io/a \\\n  /a /a\n',
    instructions: ['1: FROM scratch', '2: COPY --link --from=ghcr.io/a /a /a'],
    registries: ['ghcr.io'],
  },
  {
    name: 'COPY --from after the paths',
    text: 'FROM scratch\nCOPY /a /b --from=ghcr.io/a\n',
    instructions: ['1: FROM scratch', '2: COPY /a /b --from=ghcr.io/a'],
    registries: [],
  },
  {
    name: 'COPY --from of a stage and of a number',
    text: 'FROM ghcr.io/a AS One\nFROM scratch\nCOPY --from=one /a /a\nCOPY --from=0 /a /a\n',
    instructions: [
      '1: FROM ghcr.io/a AS One',
      '2: FROM scratch',
      '3: COPY --from=one /a /a',
      '4: COPY --from=0 /a /a',
    ],
    registries: ['ghcr.io'],
  },
  {
    name: 'COPY --from with a variable',
    text: 'ARG R=ghcr.io\nFROM scratch\nCOPY --from=$R/a /a /a\n',
    instructions: ['1: ARG R=ghcr.io', '2: FROM scratch', '3: COPY --from=$R/a /a /a'],
    registries: [],
  },
  {
    name: 'ADD --from',
    text: 'FROM scratch\nADD --from=ghcr.io/a /a /a\n',
    instructions: ['1: FROM scratch', '2: ADD --from=ghcr.io/a /a /a'],
    registries: [],
  },
  {
    name: 'RUN --mount=from',
    text: 'FROM scratch\nRUN --mount=type=bind,from=ghcr.io/a,target=/a x\n',
    instructions: ['1: FROM scratch', '2: RUN --mount=type=bind,from=ghcr.io/a,target=/a x'],
    registries: ['ghcr.io'],
  },
  {
    name: 'RUN --mount=from at the start and at the end',
    text: 'FROM scratch\nRUN --mount=from=ghcr.io/a,target=/a --mount=type=bind,target=/b,from=quay.io/b x\n',
    instructions: [
      '1: FROM scratch',
      '2: RUN --mount=from=ghcr.io/a,target=/a --mount=type=bind,target=/b,from=quay.io/b x',
    ],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'RUN --mount in quotes',
    text: 'FROM scratch\nRUN --mount="type=bind,from=ghcr.io/a,target=/a" x\n',
    instructions: ['1: FROM scratch', '2: RUN --mount="type=bind,from=ghcr.io/a,target=/a" x'],
    registries: ['ghcr.io'],
  },
  {
    name: 'RUN --mount over several lines',
    text: 'FROM scratch\nRUN --mount=type=cache,target=/c \\\n  # tools\n  --mount=type=bind,from=ghcr.io/a,target=/a \\\n  x\n',
    instructions: [
      '1: FROM scratch',
      '2: RUN --mount=type=cache,target=/c --mount=type=bind,from=ghcr.io/a,target=/a x',
    ],
    registries: ['ghcr.io'],
  },
  {
    name: 'RUN --mount among other flags',
    text: 'FROM scratch\nRUN --network=none --mount=from=ghcr.io/a,target=/a x\n',
    instructions: ['1: FROM scratch', '2: RUN --network=none --mount=from=ghcr.io/a,target=/a x'],
    registries: ['ghcr.io'],
  },
  {
    name: 'RUN --mount with a key that ends with from',
    text: 'FROM scratch\nRUN --mount=type=bind,xfrom=ghcr.io/a x\n',
    instructions: ['1: FROM scratch', '2: RUN --mount=type=bind,xfrom=ghcr.io/a x'],
    registries: [],
  },
  {
    name: 'RUN with --mount in its command',
    text: 'FROM scratch\nRUN docker run --mount=from=ghcr.io/a x\n',
    instructions: ['1: FROM scratch', '2: RUN docker run --mount=from=ghcr.io/a x'],
    registries: [],
  },
  {
    name: 'ONBUILD',
    text: 'FROM ghcr.io/a\nONBUILD COPY --from=quay.io/b /a /a\nONBUILD RUN --mount=from=gcr.io/c x\n',
    instructions: [
      '1: FROM ghcr.io/a',
      '2: ONBUILD COPY --from=quay.io/b /a /a',
      '3: ONBUILD RUN --mount=from=gcr.io/c x',
    ],
    registries: ['ghcr.io'],
  },
  {
    name: 'Windows line endings',
    text: 'ARG R=ghcr.io\r\nFROM $R/a AS b\r\nRUN x \\\r\n  # c\r\n  y\r\nCOPY --from=quay.io/b \\\r\n /x /\r\n',
    instructions: [
      '1: ARG R=ghcr.io',
      '2: FROM $R/a AS b',
      '3: RUN x y',
      '6: COPY --from=quay.io/b /x /',
    ],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'Windows line endings and a heredoc',
    text: 'FROM ghcr.io/a\r\nRUN <<EOF\r\nFROM quay.io/b\r\nEOF\r\nFROM gcr.io/c\r\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN <<EOF', '5: FROM gcr.io/c'],
    registries: ['ghcr.io', 'gcr.io'],
  },
  {
    name: 'a byte order mark',
    text: '\uFEFFFROM ghcr.io/a\nRUN x\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN x'],
    registries: ['ghcr.io'],
  },
  {
    name: 'a byte order mark and a directive',
    text: '\uFEFF# escape=`\nFROM ghcr.io/a\nRUN x `\n y\n',
    instructions: ['2: FROM ghcr.io/a', '3: RUN x y'],
    registries: ['ghcr.io'],
  },
  {
    name: 'an unknown instruction',
    text: 'FROM ghcr.io/a\nMOUNT x\nFROM quay.io/b\n',
    instructions: ['1: FROM ghcr.io/a', '2: MOUNT x', '3: FROM quay.io/b'],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'a line that is not an instruction',
    text: 'FROM ghcr.io/a\n&& x\nFROM quay.io/b\n',
    instructions: ['1: FROM ghcr.io/a', '2: && x', '3: FROM quay.io/b'],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'FROM without an image',
    text: 'FROM\nFROM ghcr.io/a\n',
    instructions: ['1: FROM', '2: FROM ghcr.io/a'],
    registries: ['ghcr.io'],
  },
  {
    name: 'no line ending at the end',
    text: 'FROM ghcr.io/a\nCOPY --from=quay.io/b x /',
    instructions: ['1: FROM ghcr.io/a', '2: COPY --from=quay.io/b x /'],
    registries: ['ghcr.io', 'quay.io'],
  },
  {
    name: 'non-ASCII text',
    text: 'FROM ghcr.io/a\nRUN echo é \\\n 日本\nFROM quay.io/b\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN echo é 日本', '4: FROM quay.io/b'],
    registries: ['ghcr.io', 'quay.io'],
  },
];

/** The instructions are those of BuildKit 0.30.0. `library` is the wrong result of dockerfile-ast 0.7.1. */
const corrected: readonly (Row & { readonly library: Partial<Row> })[] = [
  {
    name: 'a continuation with empty lines inside',
    text: 'FROM ghcr.io/a\nRUN a && \\\n\n   \n  b\nFROM quay.io/b\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN a && b', '6: FROM quay.io/b'],
    registries: ['ghcr.io', 'quay.io'],
    library: { instructions: ['1: FROM ghcr.io/a', '2: RUN a &&', '6: FROM quay.io/b'] },
  },
  {
    name: 'a continuation inside of a word',
    text: 'FROM ghcr.io/\\\na\nRUN ma\\\nke\n',
    instructions: ['1: FROM ghcr.io/a', '3: RUN make'],
    registries: ['ghcr.io'],
    library: { instructions: ['1: FROM ghcr.io/ a', '3: RUN ma ke'] },
  },
  {
    name: 'a continuation inside of a keyword',
    text: 'FROM ghcr.io/a\nRU\\\nN make\nFR\\\nOM quay.io/b\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN make', '4: FROM quay.io/b'],
    registries: ['ghcr.io', 'quay.io'],
    library: { instructions: ['1: FROM ghcr.io/a', '2: RU N make', '4: FR OM quay.io/b'] },
  },
  {
    name: 'a line with a backslash only',
    text: '\\\nFROM ghcr.io/a\nRUN x\n',
    instructions: ['1: FROM ghcr.io/a', '3: RUN x'],
    registries: ['ghcr.io'],
    library: { instructions: ['1: FROM ghcr.io/a', '2: FROM ghcr.io/a', '3: RUN x'] },
  },
  {
    name: 'two backslashes at the end of a line',
    text: 'FROM ghcr.io/a\nRUN echo a\\\\\nFROM quay.io/b\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN echo a\\\\', '3: FROM quay.io/b'],
    registries: ['ghcr.io', 'quay.io'],
    library: {
      instructions: ['1: FROM ghcr.io/a', '2: RUN echo a\\ FROM quay.io/b'],
      registries: ['ghcr.io'],
    },
  },
  {
    name: 'a heredoc with a quoted delimiter',
    text: 'FROM ghcr.io/a\nRUN <<"EOF" <<\'X Y\'\nFROM quay.io/b\nEOF\nFROM quay.io/c\nX Y\nFROM gcr.io/d\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN <<"EOF" <<\'X Y\'', '7: FROM gcr.io/d'],
    registries: ['ghcr.io', 'gcr.io'],
    library: {
      instructions: [
        '1: FROM ghcr.io/a',
        '2: RUN <<"EOF" <<\'X Y\'',
        '5: FROM quay.io/c',
        '6: X Y',
        '7: FROM gcr.io/d',
      ],
      registries: ['ghcr.io', 'quay.io', 'gcr.io'],
    },
  },
  {
    name: 'a heredoc with a space before the delimiter',
    text: 'FROM ghcr.io/a\nRUN << EOF\nFROM quay.io/b\nEOF\nFROM gcr.io/c\n',
    instructions: ['1: FROM ghcr.io/a', '2: RUN << EOF', '5: FROM gcr.io/c'],
    registries: ['ghcr.io', 'gcr.io'],
    library: {
      instructions: [
        '1: FROM ghcr.io/a',
        '2: RUN << EOF',
        '3: FROM quay.io/b',
        '4: EOF',
        '5: FROM gcr.io/c',
      ],
      registries: ['ghcr.io', 'quay.io', 'gcr.io'],
    },
  },
  {
    name: 'ARG with quotes around a part',
    text: 'ARG R=ghcr."io"\nFROM ${R}/a\n',
    instructions: ['1: ARG R=ghcr."io"', '2: FROM ${R}/a'],
    registries: ['ghcr.io'],
    library: { registries: [] },
  },
  {
    name: 'FROM in quotes',
    text: 'FROM "ghcr.io/a"\n',
    instructions: ['1: FROM "ghcr.io/a"'],
    registries: ['ghcr.io'],
    library: { registries: [] },
  },
  {
    name: 'COPY --from in quotes',
    text: 'FROM scratch\nCOPY --from="ghcr.io/a" /a /a\n',
    instructions: ['1: FROM scratch', '2: COPY --from="ghcr.io/a" /a /a'],
    registries: ['ghcr.io'],
    library: { registries: [] },
  },
];

test.each(agreed)(
  'reads $name as dockerfile-ast and BuildKit do',
  ({ text, instructions, registries }) => {
    expect(read(text)).toEqual({ instructions, registries });
  },
);

describe('where dockerfile-ast differs from BuildKit', () => {
  test.each(corrected)(
    'reads $name as BuildKit does',
    ({ text, instructions, registries, library }) => {
      const found = read(text);
      expect(found).toEqual({ instructions, registries });
      expect(found).not.toEqual({ ...found, ...library });
    },
  );
});
