import type { Instruction } from '../instruction.ts';
import type { GapName } from './kanikos.ts';

/** The gap that each `--mount` of a RUN is part of. Ignores mounts whose type has a variable, and those with CSV quotes. */
export function mountGaps({ flags }: Pick<Instruction, 'flags'>): readonly GapName[] {
  return flags.flatMap((flag) => {
    const [, value] = /^--mount=([^"]*)$/s.exec(flag) ?? [];
    return value === undefined ? [] : gapOf(readFields(value));
  });
}

type Fields = ReadonlyMap<string, string>;

/** The last value of a key wins, as in BuildKit. A key without a value has an empty one. */
function readFields(value: string): Fields {
  return new Map(
    value.split(',').map((field): [string, string] => {
      const equals = field.indexOf('=');
      return equals < 0
        ? [field.toLowerCase(), '']
        : [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)];
    }),
  );
}

function gapOf(fields: Fields): readonly GapName[] {
  switch (fields.get('type')?.toLowerCase() ?? 'bind') {
    case 'secret':
      return [isRequired(fields) ? 'run-secret-required' : 'run-secret'];
    case 'ssh':
      return [isRequired(fields) ? 'run-ssh-required' : 'run-ssh'];
    case 'tmpfs':
      return ['run-tmpfs'];
    case 'cache':
      return ['run-cache', ...relativeTarget(fields)];
    case 'bind':
      if ((fields.get('from') ?? '') !== '') return ['run-bind-from'];
      return ['run-bind', ...relativeTarget(fields)];
    default:
      return [];
  }
}

/** The values that Go's strconv.ParseBool reads as true. */
const isTrue = /^(?:1|t|T|TRUE|true|True)?$/;

function isRequired(fields: Fields): boolean {
  const value = fields.get('required');
  return value !== undefined && isTrue.test(value);
}

function relativeTarget(fields: Fields): readonly GapName[] {
  const target = fields.get('target') ?? fields.get('dst') ?? fields.get('destination') ?? '';
  return /^[^/$]/.test(target) ? ['run-relative'] : [];
}
