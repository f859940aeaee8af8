import { expectationOf, type Expectation } from './expect.ts';
import { extents, faultNames, phases, type FaultName, type Phase } from './placement.ts';

const introduction = `# Fault-injection matrix

The end of a build for each phase × each fault, as \`npm run faults\` tests it on the playground. "Once" is a fault that passes:
two requests (of those for the log, or that are never answered, one), one connection, or a wrong certificate for six seconds. "Lasting" is one that
stays until both steps have ended. A fault after a create hits the requests of that phase: the watch and the reads of the
pod while it is scheduled, uploaded to, built in and judged, the log, the attach or the delete. During an upload \`reset\`,
\`silence\` and \`closed\` hit the stream itself.

In every case: no success unless the container ended with 0 and had the whole stream, no pod left that the log does not name, no
unhandled rejection, an end in bounded time, each line of the output once or a warning that some are missing.

This file is written by \`npm run faults -- --write\`.
`;

/** The table as faults/faults.md has it. */
export function renderTable(): string {
  const sections = phases.map((phase) => {
    const rows = faultNames.map((name) => [name, ...cellsOf(phase, name)]);
    return `## ${phase}\n\n${align([['fault', 'once', 'lasting'], ...rows])}\n`;
  });
  return [introduction, ...sections].join('\n');
}

function cellsOf(phase: Phase, name: FaultName): readonly string[] {
  return extents.map((extent) => describe(expectationOf({ phase, name, extent })).join('; '));
}

/** Columns of equal width, as the project's formatter wants them. */
function align([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...rows]
    .map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
    .join('\n');
}

function describe({ verdict, sentence, pods = 1, left, log }: Expectation): readonly string[] {
  return [
    verdict === 'green' ? 'succeeds' : 'fails',
    ...(pods === 2 ? ['after a second pod'] : []),
    ...(sentence === undefined ? [] : [`\`${sentence.replaceAll('|', '\\|')}\``]),
    ...(log === undefined ? [] : [`warns that ${log}`]),
    ...(left === undefined ? [] : [leftWords[left]]),
  ];
}

const leftWords = {
  named: 'the post step names the pod that is left',
  denied: 'the cluster reports that there is no pod',
} as const;
