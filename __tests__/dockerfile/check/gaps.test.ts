import { describe, expect, test } from '@jest/globals';
import { prefixesOf } from '../../../src/context/prefixes.ts';
import { checkDockerfile } from '../../../src/dockerfile/check/check.ts';
import type { DockerfileFindings, Presence } from '../../../src/dockerfile/check/findings.ts';
import {
  forkOf,
  forks,
  gaps,
  type Fork,
  type GapName,
} from '../../../src/dockerfile/check/kanikos.ts';
import { parseDockerfile } from '../../../src/dockerfile/parse.ts';
import { parsePlatform } from '../../../src/inputs/values/platform.ts';

const images: Readonly<Record<Fork, string>> = {
  osscontainertools: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
  Chainguard: 'cgr.dev/chainguard/kaniko:latest',
  Google: 'gcr.io/kaniko-project/executor:v1.24.0',
};
const unknownImage = 'registry.example/tools/kaniko:v1.24.0';

/** Paths of the context: two symbolic links among files. */
function lookUp(path: string): Presence {
  if (path === 'nothere') return 'missing';
  return ['link', 'dlink'].includes(path) ? 'link' : 'sent';
}

const names = ['a', 'a/b.txt', 'a.tar', 'd', 'd/go.mod', 'k.txt', 'link', 'dlink'];

interface Given {
  readonly target?: string;
  /** Without values. */
  readonly buildArgs?: readonly string[];
  readonly platform?: string | undefined;
}

function check(text: string, image: string, given: Given = {}): DockerfileFindings {
  const dockerfile = parseDockerfile(text);
  return checkDockerfile({
    dockerfile,
    target: given.target,
    buildArgs: (given.buildArgs ?? []).map((key) => ({ key, value: 'x' })),
    platform: given.platform === undefined ? undefined : parsePlatform(given.platform),
    lookUp,
    hasPrefix: prefixesOf(() => names),
    builderImage: image,
  });
}

type Level = 'error' | 'warning' | 'silent';

/** What is reported about the Dockerfile for an image. */
function levelOf(text: string, image: string, given: Given = {}): Level {
  const { problems, warnings } = check(text, image, given);
  if (problems.length > 0) return 'error';
  return warnings.length > 0 ? 'warning' : 'silent';
}

const errors: readonly Level[] = ['error', 'error', 'error'];
const warnings: readonly Level[] = ['warning', 'warning', 'warning'];
const inOthers: readonly Level[] = ['silent', 'warning', 'warning'];
const silent: readonly Level[] = ['silent', 'silent', 'silent'];

const base = 'FROM base\n';
const twoStages = 'FROM base AS s\nRUN echo hi > /hi\nFROM base\n';

interface Row {
  readonly name: string;
  readonly text: string;
  readonly levels: readonly Level[];
  /** The input `platforms`. */
  readonly platform?: string;
}

/** A Dockerfile, and what is reported for osscontainertools, Chainguard and Google. */
const cases: readonly Row[] = [
  ...settingCases(),
  ...platformCases(),
  { name: 'USER and COPY', text: `${base}USER 1000:1000\nCOPY k.txt .\n`, levels: silent },
  { name: 'RUN heredocs', text: `${base}RUN <<E cat > /c\nin\nE\n`, levels: inOthers },
  { name: 'COPY heredocs', text: `${base}COPY <<E k.txt <<F /x/\n1\nE\n2\nF\n`, levels: inOthers },
  { name: 'ADD heredocs', text: `${base}ADD <<E /x\n1\nE\n`, levels: inOthers },
  { name: 'COPY --exclude', text: `${base}COPY --exclude=*.md a /x/\n`, levels: warnings },
  { name: 'ADD --exclude', text: `${base}ADD --exclude=*.md a /x/\n`, levels: warnings },
  { name: 'COPY --parents', text: `${base}COPY --parents a/b/c.txt /x/\n`, levels: warnings },
  { name: 'COPY --parents=false', text: `${base}COPY --parents=false a /x/\n`, levels: silent },
  {
    name: 'COPY --link',
    text: `${base}COPY --link --chown=33:33 --chmod=750 a /x/y/\n`,
    levels: silent,
  },
  { name: 'ADD --link', text: `${base}ADD --link a /x/y/\n`, levels: silent },
  {
    name: 'ADD --checksum',
    text: `${base}ADD --checksum=sha256:00 http://h/f.txt /f\n`,
    levels: errors,
  },
  {
    name: 'ADD of a Git URL',
    text: `${base}ADD https://github.com/x/y.git#v1 /a\n`,
    levels: errors,
  },
  { name: 'ADD of a Git URL on HTTP', text: `${base}ADD http://h:1/x/y.git /a\n`, levels: errors },
  {
    name: 'ADD of a Git URL with a query',
    text: `${base}ADD https://h/y.git?branch=a /a\n`,
    levels: errors,
  },
  {
    name: 'ADD of a Git URL with a variable ref',
    text: `${base}ADD https://h/y.git#$REF /a\n`,
    levels: errors,
  },
  { name: 'ADD of an SSH URL', text: `${base}ADD ssh://git@h/x /a\n`, levels: errors },
  { name: 'ADD of an SCP address', text: `${base}ADD git@github.com:x/y /a\n`, levels: errors },
  {
    name: 'ADD of a page',
    text: `${base}ADD https://github.com/x/y/a.tar.gz /a\n`,
    levels: silent,
  },
  { name: 'ADD of a variable URL', text: `${base}ADD $URL https://$H.git /a/\n`, levels: silent },
  { name: 'ADD of a file named .git', text: `${base}ADD y.git /a\n`, levels: silent },
  {
    name: 'ADD --keep-git-dir of a page',
    text: `${base}ADD --keep-git-dir http://h/ /a\n`,
    levels: silent,
  },
  {
    name: 'ADD --unpack=false of a file',
    text: `${base}ADD --unpack=false a.tar /x/\n`,
    levels: warnings,
  },
  { name: 'ADD --unpack of a file', text: `${base}ADD --unpack a.tar /x/\n`, levels: silent },
  {
    name: 'ADD --unpack of a URL',
    text: `${base}ADD --unpack=true http://h/a.tar /x/\n`,
    levels: warnings,
  },
  {
    name: 'ADD --unpack=false of a URL',
    text: `${base}ADD --unpack=false http://h/a.tar /x/\n`,
    levels: silent,
  },
  { name: 'a link', text: `${base}COPY link /l1\n`, levels: warnings },
  { name: 'a link with a slash', text: `${base}COPY ./dlink/ /l2/\n`, levels: warnings },
  { name: 'a link in the JSON form', text: `${base}COPY ["link", "/l"]\n`, levels: warnings },
  { name: 'a path through a link', text: `${base}COPY dlink/b/c.txt /l3\n`, levels: silent },
  { name: 'the context with links', text: `${base}COPY . /all/\n`, levels: silent },
  { name: 'ADD of a link', text: `${base}ADD link /l1\n`, levels: silent },
  { name: 'a link of another stage', text: `${twoStages}COPY --from=s link /l\n`, levels: silent },
  {
    name: 'a pattern without a slash',
    text: `${base}WORKDIR /w\nCOPY d/*.mod ./gitops\n`,
    levels: warnings,
  },
  {
    name: 'several sources without a slash',
    text: `${base}WORKDIR "/w"\nWORKDIR /w\nCOPY a b x\n`,
    levels: warnings,
  },
  {
    name: 'several sources and a slash',
    text: `${base}WORKDIR /w\nCOPY a b x/\nCOPY a b .\nCOPY a b ./\n`,
    levels: silent,
  },
  {
    name: 'several sources and an absolute target',
    text: `${base}WORKDIR /w\nCOPY k.txt run.sh /tmp\n`,
    levels: silent,
  },
  { name: 'several sources, and no WORKDIR', text: `${base}COPY a b x\n`, levels: silent },
  {
    name: 'several sources where kaniko runs',
    text: `${base}WORKDIR /workspace/\nCOPY a b x\n`,
    levels: silent,
  },
  {
    name: 'several sources and a variable',
    text: `${base}WORKDIR /w\nCOPY a b $x\nWORKDIR $w\nCOPY a b x\n`,
    levels: silent,
  },
  { name: 'one source', text: `${base}WORKDIR /w\nCOPY a x\n`, levels: silent },
  { name: 'COPY of / of a stage', text: `${twoStages}COPY --from=s / /copy/\n`, levels: warnings },
  { name: 'COPY of . of a stage', text: `${twoStages}COPY --from=0 . /copy/\n`, levels: warnings },
  {
    name: 'COPY of / of an image',
    text: `${twoStages}COPY --from=base / /copy/\n`,
    levels: silent,
  },
  {
    name: 'COPY of a directory of a stage',
    text: `${twoStages}COPY --from=s /out /copy/\n`,
    levels: silent,
  },
  { name: 'a missing source', text: `${base}COPY k.txt nothere /x/\n`, levels: errors },
  {
    name: 'dots within the context',
    text: `${base}COPY ./a/../k.txt //k.txt /../k.txt /x/\n`,
    levels: silent,
  },
  { name: 'dots that leave the context', text: `${base}COPY ../k.txt /z\n`, levels: errors },
  { name: 'dots after a directory', text: `${base}ADD a/../../k.txt /z\n`, levels: errors },
  {
    name: 'mount of the context',
    text: `${base}RUN --mount=type=bind,source=k.txt,target=/k ls\n`,
    levels: inOthers,
  },
  { name: 'mount without a type', text: `${base}RUN --mount=target=/src ls\n`, levels: inOthers },
  {
    name: 'mount at a relative target',
    text: `${base}WORKDIR /s\nRUN --mount=target=. ls\n`,
    levels: warnings,
  },
  {
    name: 'mount of a stage',
    text: `${twoStages}RUN --mount=type=bind,from=s,source=/hi,target=/hi ls\n`,
    levels: warnings,
  },
  {
    name: 'mount of a cache',
    text: `${base}RUN --mount=type=CACHE,target=/c ls\n`,
    levels: inOthers,
  },
  {
    name: 'mount of a cache at a relative target',
    text: `${base}RUN --mount=type=cache,dst=c ls\n`,
    levels: warnings,
  },
  {
    name: 'mount at a variable target',
    text: `${base}RUN --mount=type=cache,target=$C ls\n`,
    levels: inOthers,
  },
  {
    name: 'mount of a tmpfs',
    text: `${base}RUN --mount=type=tmpfs,target=/t ls\n`,
    levels: warnings,
  },
  {
    name: 'mount of a secret',
    text: `${base}RUN --mount=type=secret,id=tok ls\n`,
    levels: inOthers,
  },
  {
    name: 'mount of a secret, not required',
    text: `${base}RUN --mount=type=secret,id=tok,required=false ls\n`,
    levels: inOthers,
  },
  {
    name: 'mount of a required secret',
    text: `${base}RUN --mount=type=secret,id=tok,required ls\n`,
    levels: ['silent', 'error', 'error'],
  },
  {
    name: 'mount of a required secret, in quotes',
    text: `${base}RUN --mount="type=secret,required=true,id=t" ls\n`,
    levels: ['silent', 'error', 'error'],
  },
  { name: 'mount of an SSH agent', text: `${base}RUN --mount=type=ssh ls\n`, levels: warnings },
  {
    name: 'mount of a required SSH agent',
    text: `${base}RUN --mount=type=ssh,required=1 ls\n`,
    levels: errors,
  },
  {
    name: 'mount of a variable type',
    text: `${base}RUN --mount=type=$T,target=/t ls\n`,
    levels: silent,
  },
  {
    name: 'a command with --mount',
    text: `${base}RUN docker run --mount=type=ssh,required x\n`,
    levels: silent,
  },
  { name: '--network=none', text: `${base}RUN --network=none ls\n`, levels: warnings },
  { name: '--network=default', text: `${base}RUN --network=default ls\n`, levels: silent },
  { name: '--security=insecure', text: `${base}RUN --security=insecure ls\n`, levels: warnings },
  { name: '--security=sandbox', text: `${base}RUN --security=sandbox ls\n`, levels: silent },
  { name: '--device', text: `${base}RUN --device=vendor/x=y ls\n`, levels: warnings },
  {
    name: 'symbolic --chmod',
    text: `${base}COPY --chmod=u=rwX,go=rX a k.txt /x/\n`,
    levels: inOthers,
  },
  { name: 'variable --chmod', text: `${base}COPY --chmod=$MODE a /x/\n`, levels: silent },
  { name: 'an unknown flag', text: `${base}COPY --nosuch k.txt /x/\n`, levels: errors },
  {
    name: 'a stage that is not needed',
    text: `FROM base AS lint\nADD --checksum=x http://h/f /f\nCOPY ../x /\n${base}COPY k.txt /k\n`,
    levels: silent,
  },
  { name: 'ONBUILD', text: `${base}ONBUILD ADD --checksum=x http://h/f /f\n`, levels: silent },
];

function row(levels: readonly Level[]): (text: string) => Row {
  return (text) => ({ name: JSON.stringify(text), text: `${base}${text}\n`, levels });
}

/** Instructions after FROM. */
function settingCases(): readonly Row[] {
  return [
    ...[
      'USER node:adm\nRUN ls',
      'USER 1234:0\nRUN ls',
      'USER node\nWORKDIR /new/q\nRUN ls',
      'USER 1000:1000\nWORKDIR /new/q\nCOPY k.txt .',
      'USER node\nWORKDIR /new',
      'ENV A=1\nARG A=2',
      'ENV A 1\nARG B A="2"',
      'COPY --chmod=4755 k.txt /k',
      'ADD --chmod=01777 k.txt /k',
    ].map(row(inOthers)),
    ...[
      'USER ${X:-y}',
      'USER a:${X:-y}',
      'EXPOSE ${NOPE}',
      'EXPOSE 80 $NOPE/udp',
      'ARG NOPE\nEXPOSE $NOPE',
      'EXPOSE 8000-8002',
      'EXPOSE 80 1-2/udp',
      'SHELL ["sh", "-e", "-c"]\nENTRYPOINT a\nCMD b',
      'SHELL ["sh", "-e", "-c"]\nENTRYPOINT a\nRUN b',
      'ADD --chown=1:2 a.tar /added/',
      'COPY --chown=:adm k.txt /k',
      'COPY nothere* /x/',
      'COPY nothere* d/nothere-* /x/\nRUN ls',
    ].map(row(warnings)),
    ...[
      // Users and groups.
      'USER node:adm',
      'RUN ls\nUSER node:adm',
      'USER node:node\nRUN ls',
      'USER 1000:1000\nRUN ls',
      'USER root:adm\nRUN ls',
      'USER nobody:nogroup\nRUN ls',
      'USER $U:adm\nRUN ls',
      'USER node:adm\nUSER node\nRUN ls',
      'RUN adduser -G adm node\nUSER node:adm\nRUN ls',
      'COPY passwd /etc/passwd\nUSER node:adm\nRUN ls',
      'USER ${X-y}',
      'USER $X:$Y',
      // Directories.
      'WORKDIR /new/q\nRUN ls',
      'USER root\nWORKDIR /new/q\nRUN ls',
      'USER 1000\nWORKDIR /new\nRUN ls',
      'USER 1000\nWORKDIR /new',
      'USER node\nWORKDIR /home/node/app\nRUN ls',
      'USER node\nWORKDIR $X/q\nRUN ls',
      'USER node\nWORKDIR new/q\nRUN ls',
      'WORKDIR /new\nUSER node\nWORKDIR /new/q\nRUN ls',
      'RUN mkdir -p /new && ls\nUSER node\nWORKDIR /new/q',
      // Ports.
      'ENV NOPE=80\nEXPOSE $NOPE',
      'ARG NOPE=80\nEXPOSE ${NOPE}',
      'EXPOSE 80 443/tcp ${NOPE:-80} $A-$B',
      // Commands.
      'SHELL ["sh", "-c"]\nENTRYPOINT a\nCMD b',
      'SHELL ["bash", "-o", "pipefail", "-c"]\nENTRYPOINT a\nCMD b',
      'SHELL ["sh", "-e", "-c"]\nENTRYPOINT ["a"]\nCMD b',
      'SHELL ["sh", "-e", "-c"]\nENTRYPOINT a\nCMD ["b"]',
      'SHELL ["sh", "-e", "-c"]\nRUN a\nCMD b',
      'SHELL ["sh", "-e", "-c"]\nRUN a\nENTRYPOINT b',
      'SHELL ["sh", "-e", "-c"]\nENTRYPOINT a\nENTRYPOINT ["a"]\nCMD b',
      'ENTRYPOINT a\nSHELL ["sh", "-e", "-c"]\nCMD b',
      // Variables.
      'ARG A=1\nENV A=$A',
      'ENV A=1\nARG A',
      'ENV B="x A=1"\nARG A=2',
      'ENV A=a\\b',
      // Files.
      'ADD a.tar /added/',
      'ADD --chown=1:2 k.txt /added/',
      'ADD --chown=0:0 a.tar /added/',
      'ADD --chown=$U a.tar /added/',
      'COPY --chown=1:2 a.tar /added/',
      'ADD --chown=1:2 http://h/a.tar /added/',
      'COPY --chmod=0755 k.txt /k',
      'COPY --chown=adm: k.txt /k',
      'RUN ls\nCOPY nothere* /x/',
      'COPY k.txt nothere* /x/',
      'COPY k* /x/',
      'COPY * /x/',
      'COPY d/go.* /x/',
      'COPY dlink/nothere* /x/',
      'COPY --from=base nothere* /x/',
      'COPY $X* /x/',
      'COPY ./nothere* /x/',
    ].map(row(silent)),
    {
      name: 'ENV with a backslash after the directive escape',
      text: `# escape=\`\n${base}ENV A=a\\b\n`,
      levels: warnings,
    },
    {
      name: 'ENV over two lines after the directive escape',
      text: `# escape=\`\n${base}ENV A=a \`\n  B=c\n`,
      levels: silent,
    },
  ];
}

function platformCases(): readonly Row[] {
  const from = 'FROM --platform=linux/arm64 base\n';
  const [amd64, arm64] = ['linux/amd64', 'linux/arm64'];
  const copied = '-build AS b\nFROM base\nCOPY --from=b /a /a\n';
  return [
    { name: 'FROM of some platform', text: from, levels: warnings },
    { name: 'FROM of another platform', text: from, platform: amd64, levels: errors },
    { name: 'FROM of the same platform', text: from, platform: arm64, levels: silent },
    {
      name: 'FROM of the same platform in other words',
      text: 'FROM --platform=linux/aarch64/v8 base\n',
      platform: arm64,
      levels: silent,
    },
    {
      name: 'FROM of the same platform without a variant',
      text: 'FROM --platform=linux/arm base\n',
      platform: 'linux/arm/v7',
      levels: silent,
    },
    {
      name: 'FROM of another variant',
      text: 'FROM --platform=linux/arm/v6 base\n',
      platform: 'linux/arm/v7',
      levels: errors,
    },
    {
      name: 'FROM of another platform in a stage that is copied from',
      text: `${from.trim()}${copied}`,
      platform: amd64,
      levels: warnings,
    },
    {
      name: 'FROM of another platform in the first stage of the image',
      text: `${from.trim()} AS b\nFROM --platform=linux/arm64 b\n`,
      platform: amd64,
      levels: errors,
    },
    {
      name: 'FROM of another platform in an unused stage',
      text: `${from}${base}`,
      platform: amd64,
      levels: silent,
    },
    {
      name: 'FROM of the platform of the build',
      text: 'FROM --platform=$BUILDPLATFORM a AS b\nFROM --platform=${TARGETPLATFORM} b\n',
      levels: silent,
    },
    {
      name: 'FROM of the platform of the build, if it is known',
      text: 'FROM --platform=$BUILDPLATFORM a AS b\nFROM --platform=linux/$TARGETARCH c\n',
      platform: arm64,
      levels: silent,
    },
    {
      name: 'FROM of the default of an ARG, without a platform',
      text: 'ARG BUILDPLATFORM=linux/amd64\nFROM --platform=$BUILDPLATFORM a\n',
      levels: silent,
    },
    {
      name: 'FROM of the default of an ARG',
      text: 'ARG P=linux/amd64\nFROM --platform=$P a\n',
      platform: arm64,
      levels: errors,
    },
    { name: 'FROM of Windows', text: 'FROM --platform=windows/amd64 a\n', levels: silent },
    { name: 'an automatic argument', text: `${base}ARG X TARGETARCH\n`, levels: inOthers },
    {
      name: 'an automatic argument that is passed',
      text: `${base}ARG TARGETARCH\n`,
      platform: amd64,
      levels: silent,
    },
    { name: 'an argument that can be empty', text: `${base}ARG TARGETVARIANT\n`, levels: silent },
    {
      name: 'an automatic argument with a default',
      text: `ARG TARGETOS=linux\n${base}ARG TARGETOS TARGETARCH=amd64\n`,
      levels: silent,
    },
    {
      name: 'an automatic argument with a default in another stage',
      text: `${base}ARG TARGETARCH=amd64\nFROM base AS c\nARG TARGETARCH\n`,
      platform: amd64,
      levels: inOthers,
    },
  ];
}

test('a build argument can have the name of an automatic one', () => {
  const given = { buildArgs: ['TARGETARCH'] };
  expect(levelOf(`${base}ARG TARGETARCH\n`, images.Google, given)).toBe('silent');
});

test.each(cases)('$name: $levels', ({ text, levels, platform }) => {
  expect(forks.map((fork) => levelOf(text, images[fork], { platform }))).toEqual(levels);
});

test.each(cases)(
  '$name has an error for an unknown image only if every fork has it',
  ({ text, levels, platform }) => {
    const expected = levels.every((level) => level === 'error')
      ? 'error'
      : levels.every((level) => level === 'silent')
        ? 'silent'
        : 'warning';
    expect(levelOf(text, unknownImage, { platform })).toBe(expected);
  },
);

describe('a stage', () => {
  const gapIn = (text: string, given: Given = {}): readonly number[] =>
    check(text, images.Google, given).warnings.map(({ line }) => line);

  test('has the user, variables and directories of the stages that it is based on', () => {
    const first = 'FROM base AS a\nENV V=1\nRUN mkdir /new\nUSER node:adm\nFROM a AS b\n';
    expect(gapIn(`${first}FROM b\nRUN ls\n`)).toEqual([7]);
    expect(gapIn(`${first}FROM b\nARG V=2\n`)).toEqual([7]);
    expect(gapIn(`${first}FROM b\nWORKDIR /new/x\nRUN ls\n`)).toEqual([8]);
    expect(gapIn(`${first}FROM base\nCOPY --from=b /x /x\nARG V=2\nRUN ls\n`)).toEqual([]);
  });

  test('has directories of its own', () => {
    const text = 'FROM base AS a\nRUN mkdir /new\nFROM base\nCOPY --from=a /x /x\nUSER node\n';
    expect(gapIn(`${text}WORKDIR /new/x\n`)).toEqual([6]);
  });

  test('adds nothing to the image if files are copied from it', () => {
    const first = 'FROM base AS a\nCOPY nothere* /x/\n';
    expect(gapIn(`${first}FROM a AS b\nFROM b\n`)).toEqual([2]);
    expect(gapIn(`${first}FROM base\nCOPY --from=a /x /x\n`)).toEqual([]);
  });

  test('has build arguments', () => {
    const text = `${base}ENV V=1\nARG V\nEXPOSE $V $W\n`;
    expect(gapIn(text)).toEqual([4]);
    expect(gapIn(text, { buildArgs: ['V', 'W'] })).toEqual([3]);
  });

  test('can be based on many others', () => {
    const many = 20_000;
    const stages = Array.from({ length: many }, (_, index) => `FROM s${index} AS s${index + 1}\n`);
    const text = `FROM base AS s0\nUSER node:adm\n${stages.join('ENV A=1\nARG A=1\n')}RUN ls\n`;
    expect(gapIn(text)).toHaveLength(2);
  });
});

test('every gap has a case', () => {
  const texts = cases.flatMap(({ text, platform }) => {
    const { problems, warnings } = check(text, unknownImage, { platform });
    return [...problems, ...warnings].map(({ message }) => message);
  });
  const unseen = Object.values(gaps).filter(
    ({ feature }) => !texts.some((text) => text.includes(`${feature}: `)),
  );
  expect(unseen).toEqual([]);
});

test.each([
  ['ghcr.io/osscontainertools/kaniko:v1.28.3', 'osscontainertools'],
  ['registry.example/mirror/osscontainertools/kaniko@sha256:0', 'osscontainertools'],
  ['docker.io/martizih/kaniko', 'osscontainertools'],
  ['cgr.dev/chainguard/kaniko:latest', 'Chainguard'],
  ['registry.local/chainguard-kaniko:1', 'Chainguard'],
  ['gcr.io/kaniko-project/executor:v1.24.0-debug', 'Google'],
  ['mirror.local/gcr/kaniko-project/executor', 'Google'],
  ['registry.example/kaniko/executor:v1', undefined],
  ['registry.example/my-kaniko-project/executor:v1', undefined],
])('%s is an image of %s', (image, fork) => {
  expect(forkOf(image)).toBe(fork);
});

describe('ADD --checksum', () => {
  const text = `${base}ADD --checksum=sha256:00 http://h/f.txt /f\n`;

  test.each([
    ['ghcr.io/osscontainertools/kaniko:v1.28.4', 'error'],
    ['ghcr.io/osscontainertools/kaniko:v1.28.4@sha256:2222', 'error'],
    ['ghcr.io/osscontainertools/kaniko:latest', 'warning'],
    ['ghcr.io/osscontainertools/kaniko@sha256:1128', 'warning'],
    ['ghcr.io/osscontainertools/kaniko', 'warning'],
    ['ghcr.io/osscontainertools/kaniko:v1', 'warning'],
    ['ghcr.io/osscontainertools/kaniko:2025a', 'warning'],
    ['registry.example:2/osscontainertools/kaniko', 'warning'],
    ['ghcr.io/osscontainertools/kaniko:v2.0.0', 'silent'],
    ['ghcr.io/osscontainertools/kaniko:2', 'silent'],
    ['registry.example/kaniko:v1.24.0', 'error'],
    ['registry.example/kaniko', 'warning'],
    ['cgr.dev/chainguard/kaniko:latest', 'error'],
    ['ghcr.io/osscontainertools/kaniko:v1.29.0', 'silent'],
    ['registry.example:5000/osscontainertools/kaniko:1.30.1-slim', 'silent'],
    ['gcr.io/kaniko-project/executor:v1.29.0', 'error'],
  ])('is verified by osscontainertools from v1.29 on: %s', (image, level) => {
    expect(levelOf(text, image)).toBe(level);
  });
});

describe('a warning', () => {
  const cached = 'RUN --mount=type=cache,target=/c ls\n';

  test('is reported once for each kind, with its first line and the number of the others', () => {
    const text = `${base}${cached}RUN <<E\nE\n${cached}${cached}RUN <<E\nE\n`;
    expect(check(text, images.Google)).toEqual({
      problems: [],
      notes: [],
      warnings: [
        {
          message:
            'line 2 of the Dockerfile (and 2 more): RUN --mount=type=cache: the kaniko of Google runs the command without the mount, and adds the files of the cache to the image',
          hint: 'Use a kaniko of the osscontainertools fork, or remove the files of the cache in the same RUN.',
          line: 2,
        },
        {
          message:
            'line 3 of the Dockerfile (and 1 more): RUN with a heredoc: the kaniko of Google runs the command without the heredoc',
          hint: 'Use a kaniko of the osscontainertools fork, or write the commands without a heredoc.',
          line: 3,
        },
      ],
    });
  });

  test('counts an instruction with two mounts of a kind once', () => {
    const text = `${base}RUN --mount=type=cache,target=/a --mount=type=cache,target=/b ls\n`;
    expect(check(text, images.Google).warnings[0]?.message).toMatch(/^line 2 of the Dockerfile: /);
  });

  test('names the forks that an unknown image can be of', () => {
    const [cache] = check(`${base}${cached}`, unknownImage).warnings;
    expect(cache?.message).toBe(
      'line 2 of the Dockerfile: RUN --mount=type=cache: a kaniko of Chainguard or Google runs the command without the mount, and adds the files of the cache to the image',
    );
    const [exclude] = check(`${base}COPY --exclude=a b /\n`, unknownImage).warnings;
    expect(exclude).toEqual({
      message:
        'line 2 of the Dockerfile: COPY or ADD --exclude: a kaniko of osscontainertools or Chainguard copies the excluded files too, and a kaniko of Google does not know the flag and fails',
      hint: 'Exclude the files with .dockerignore, or use a builder that supports it.',
      line: 2,
    });
  });

  test('names no fork if all have the gap', () => {
    for (const image of [unknownImage, ...Object.values(images)]) {
      expect(check(`${base}RUN --network=none ls\n`, image).warnings).toEqual([
        {
          message:
            'line 2 of the Dockerfile: RUN --network: kaniko runs the command with the network of the pod',
          hint: 'Restrict the network of the pod with a NetworkPolicy, or use a builder that supports it.',
          line: 2,
        },
      ]);
    }
  });
});

test('an error is reported for each instruction, in the order of the lines', () => {
  const text = `${base}ADD --checksum=x http://h/f /f\nCOPY nothere /\nADD --checksum=x http://h/g /g\n`;
  const checksum = {
    message: 'ADD --checksum: kaniko does not verify the download',
    hint: 'Download and verify the file in a RUN, or use a builder that supports it.',
  };
  expect(check(text, images.osscontainertools).problems).toMatchObject([
    { ...checksum, line: 2 },
    { message: 'COPY nothere: nothere is not in the context', line: 3 },
    { ...checksum, line: 4 },
  ]);
});

describe('flags', () => {
  test.each([
    ['COPY --nosuch a /', 'COPY: unknown flag: "--nosuch"', /^Use one of: --chmod, --chown, /],
    ['COPY --form=x a /', 'COPY: unknown flag: "--form"', /^Use --from\.$/],
    ['COPY --LINK a /', 'COPY: unknown flag: "--LINK"', /^Use --link\.$/],
    ['COPY --checksum=x a /', 'COPY: unknown flag: "--checksum"', /^Use one of: /],
    ['ADD --from=x a /', 'ADD: unknown flag: "--from"', /^Use one of: /],
    ['RUN --rm ls', 'RUN: unknown flag: "--rm"', /^Use one of: --device, --mount, /],
    ['CMD --help', 'CMD: unknown flag: "--help"', /^CMD has no flags\.$/],
    ['USER --x root', 'USER: unknown flag: "--x"', /^USER has no flags\.$/],
    ['HEALTHCHECK --retrys=3 CMD ls', 'HEALTHCHECK: unknown flag: "--retrys"', /^Use --retries\.$/],
  ])('%s has an unknown one', (instruction, message, hint) => {
    expect(check(`${base}${instruction}\n`, images.Google).problems).toMatchObject([
      { message, hint: expect.stringMatching(hint) as unknown, line: 2 },
    ]);
  });

  test.each([
    'COPY --chmod=1 --chown=2 --link a /',
    'ADD --chmod=1 --chown=2 --link --keep-git-dir=true http://h/a /',
    'RUN --mount=type=bind,target=/a --network=default --security=sandbox ls',
    'HEALTHCHECK --interval=1s --timeout=1s --start-period=1s --start-interval=1s --retries=3 CMD ls',
    'HEALTHCHECK --x NONE',
    'ARG --x',
    'STOPSIGNAL --x',
    'COPY -- --x /',
    'COPY a --x /',
    'ONBUILD COPY --x a /',
    'CMD ["--x"]',
  ])('%s has none', (instruction) => {
    expect(check(`${base}${instruction}\n`, images.osscontainertools).problems).toEqual([]);
  });

  test('are checked in stages that the target does not need, as builders parse the whole file', () => {
    const text = 'FROM --platfrom=x base\nCOPY --x a /\nFROM base\n';
    expect(check(text, images.Google).problems.map(({ line }) => line)).toEqual([1, 2]);
  });
});

test('takes time in proportion to a long instruction', () => {
  const many = 50_000;
  const mounts = '--mount=type=cache,target=/c,'.repeat(many);
  const sources = '../x link y.git@a:b '.repeat(many);
  const text = `${base}RUN ${mounts} ls\nCOPY --chmod=${'='.repeat(many)} ${sources} /\nADD --chmod=${'='.repeat(many)}$ ${sources} /\n`;
  const found: readonly GapName[] = ['copy-outside', 'copy-link', 'copy-chmod'];
  const { problems, warnings } = check(text, images.Google);
  const messages = [...problems, ...warnings].map(({ message }) => message).join('\n');
  for (const name of found) expect(messages).toContain(gaps[name].feature);
});
