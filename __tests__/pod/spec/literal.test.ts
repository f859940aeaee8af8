import { describe, expect, test } from '@jest/globals';
import type { V1Container } from '@kubernetes/client-node';
import { expandTexts } from '../../../playground/cluster/expansion.ts';
import { custom } from '../../../src/engines/custom.ts';
import { kaniko } from '../../../src/engines/kaniko/kaniko.ts';
import type { BuilderInputs, Inputs } from '../../../src/inputs/inputs.ts';
import { withBuilderTexts } from '../../../src/pod/spec/literal.ts';
import { buildPod } from '../../../src/pod/spec/spec.ts';
import { mergeTemplate } from '../../../src/pod/spec/template.ts';
import { Random } from '../../../support/random.ts';
import { parse, type Given } from '../../support/inputs.ts';
import { order } from '../../support/pod-order.ts';

/** Texts of the characters that have a meaning for Kubernetes, and of some that have none. */
function randomText(random: Random): string {
  const pieces = ['$', '$', '$(', '(', ')', 'A', 'TOKEN', '$(TOKEN)', '\n', '\\', '{', 'é', '🙂'];
  return Array.from({ length: random.whole(0, 12) }, () => random.pick(pieces)).join('');
}

const token = { name: 'TOKEN', value: 'the secret' };

/** The texts of the builder container as its program gets them, with TOKEN in its environment. */
function received(container: V1Container): Required<Pick<V1Container, 'command' | 'args'>> & {
  readonly env: ReadonlyMap<string, string>;
} {
  const env = [token, ...(container.env ?? [])].map(({ name, value = '' }) => ({ name, value }));
  const { command = [], args = [] } = container;
  const texts = expandTexts({ name: 'builder', image: 'busybox', command, args, env });
  return { command: [...(texts.command ?? [])], args: [...texts.args], env: texts.env };
}

const noTexts: BuilderInputs = {
  ...parse({}).builder,
  command: [],
  args: [],
  env: [],
  expandVariables: false,
};

describe('any text arrives as it was', () => {
  const random = new Random(1);
  const texts = Array.from({ length: 2_000 }, () => randomText(random));

  test('from an engine, and from the inputs for the builder', () => {
    for (const text of texts) {
      const engine: V1Container = {
        name: 'builder',
        command: [text],
        args: [`--label=${text}`, text],
        env: [{ name: 'OWN', value: text }],
      };
      const builder = { ...noTexts, args: [text], env: [{ key: 'GIVEN', value: text }] };
      const got = received(withBuilderTexts(engine, builder));
      expect(got.command).toEqual([text]);
      expect(got.args).toEqual([`--label=${text}`, text, text]);
      expect(got.env.get('OWN')).toBe(text);
      expect(got.env.get('GIVEN')).toBe(text);
    }
  });

  test('from an engine also if the inputs for the builder are expanded', () => {
    for (const text of texts) {
      const engine: V1Container = { name: 'builder', args: [text] };
      const builder = { ...noTexts, expandVariables: true, args: ['$(TOKEN)'] };
      expect(received(withBuilderTexts(engine, builder)).args).toEqual([text, token.value]);
    }
  });
});

const awkward = 'a$$b$(TOKEN)$$(TOKEN)$';

/** The builder container of the whole pod. */
function containerOf(given: Given): V1Container {
  const inputs: Inputs = parse(given);
  const engine = inputs.builder.engine === 'custom' ? custom : kaniko;
  const container = engine.container(inputs, { logins: true, ca: true });
  const pod = buildPod(inputs, { ...order, container });
  const template = { spec: { containers: [{ name: '$builder', env: [token] }] } };
  const guard = { timeoutMs: 1_000, reserved: engine.reserved };
  const [builder] = mergeTemplate(pod, template, guard).spec?.containers ?? [];
  if (builder === undefined) throw new Error('the pod has no container');
  return builder;
}

describe('the pod', () => {
  test('of kaniko has the text of every input', () => {
    const { args, env } = received(
      containerOf({
        'build-args': `A=${awkward}`,
        labels: `l=${awkward}`,
        annotations: `n=${awkward}`,
        target: awkward,
        'builder-args': `--x=${awkward}`,
        'builder-env': `E=${awkward}`,
      }),
    );
    for (const flag of ['--build-arg=A', '--label=l', '--annotation=n', '--target', '--x'])
      expect(args).toContain(`${flag}=${awkward}`);
    expect(env.get('E')).toBe(awkward);
    expect(env.get('DOCKER_CONFIG')).toBe('/kaniko/buildcontext/auth');
  });

  test('of kaniko expands only builder-args and builder-env with expand-variables', () => {
    const { args, env } = received(
      containerOf({
        'expand-variables': 'true',
        labels: `l=${awkward}`,
        'builder-args': '--x=$(TOKEN)$$(TOKEN)',
        'builder-env': 'A=1\nB=$(A)$(DOCKER_CONFIG)$(C)\nC=2',
      }),
    );
    expect(args).toContain(`--label=l=${awkward}`);
    expect(args.at(-1)).toBe('--x=the secret$(TOKEN)');
    expect(env.get('B')).toBe('1/kaniko/buildcontext/auth$(C)');
  });

  test('of kaniko has a variable of builder-env once, in place of that of the engine', () => {
    const { env = [] } = containerOf({ 'builder-env': 'FF_KANIKO_COPY_AS_ROOT=false\nOTHER=$1' });
    expect(env.filter(({ name }) => name === 'FF_KANIKO_COPY_AS_ROOT')).toEqual([
      { name: 'FF_KANIKO_COPY_AS_ROOT', value: 'false' },
    ]);
    expect(env).toContainEqual({ name: 'FF_KANIKO_EXPAND_HEREDOC', value: 'true' });
    expect(env.map(({ name }) => name)).toHaveLength(new Set(env.map(({ name }) => name)).size);
  });

  const customInputs = {
    engine: 'custom',
    'builder-image': 'busybox',
    context: '.',
    'builder-command': `sh\n${awkward}`,
    'builder-args': awkward,
    'builder-env': `E=${awkward}`,
  };

  test('of a custom builder has command, arguments and environment as they are', () => {
    const container = containerOf(customInputs);
    expect(container).toMatchObject({ name: 'builder', image: 'busybox' });
    const { command, args, env } = received(container);
    expect(command).toEqual(['sh', awkward]);
    expect(args).toEqual([awkward]);
    expect(env.get('E')).toBe(awkward);
  });

  test('of a custom builder expands all three with expand-variables', () => {
    const { command, args, env } = received(
      containerOf({ ...customInputs, 'expand-variables': 'true' }),
    );
    const expanded = 'a$bthe secret$(TOKEN)$';
    expect(command).toEqual(['sh', expanded]);
    expect(args).toEqual([expanded]);
    expect(env.get('E')).toBe(expanded);
  });

  test('keeps the text of a template as Kubernetes reads it', () => {
    const pod = buildPod(parse({ 'builder-env': 'HOST=a$$b' }), order);
    const env = [{ name: 'URL', value: 'http://$(HOST)/$$' }];
    const template = { spec: { containers: [{ name: '$builder', env }] } };
    const guard = { timeoutMs: 1_000, reserved: { paths: [], variables: [] } };
    const [builder] = mergeTemplate(pod, template, guard).spec?.containers ?? [];
    expect(received(builder ?? { name: '' }).env.get('URL')).toBe('http://a$$b/$');
  });
});
