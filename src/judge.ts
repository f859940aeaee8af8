import type { V1Pod } from '@kubernetes/client-node';
import type { ContainerEnd } from './attempt.ts';
import { editLines } from './dockerfile/edit.ts';
import { parseDockerfile, type Dockerfile } from './dockerfile/parse.ts';
import type { BuiltImage, Diagnosis, PushScan, WarningScan } from './engines/engine.ts';
import type { OpenRegistry } from './logins/registry-access.ts';
import { hostsWithoutCredentials } from './logins/wanted.ts';
import type { JobLog } from './logs/fence.ts';
import type { BuildPlan } from './plan.ts';
import { readEndCause } from './pod/end-cause.ts';
import type { Clock, Cluster, PodRef } from './ports.ts';
import { confirmDigest } from './result/confirmation.ts';
import { memoryWarning, outcomeError } from './result/message.ts';
import { decideOutcome } from './result/outcome.ts';

export interface JudgePorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: JobLog;
  readonly openRegistry: OpenRegistry;
}

/** A pod whose builder container has ended. */
export interface EndedPod {
  readonly ref: PodRef;
  /** As it was created. */
  readonly pod: V1Pod;
  readonly end: ContainerEnd;
  /** The scan of its output; undefined for an engine without one. */
  readonly scan: PushScan | undefined;
  /** The scan of its output for a problem; undefined for an engine without one. */
  readonly warnings: WarningScan | undefined;
}

/** @returns the pushed image; undefined for a build that does not push. @throws BuildError unless success is confirmed. */
export async function judge(
  plan: BuildPlan,
  { ref, pod, end, scan, warnings }: EndedPod,
  ports: JudgePorts,
  signal: AbortSignal,
): Promise<BuiltImage | undefined> {
  const { inputs, engine } = plan;
  const { clock, cluster, log } = ports;
  const { state, upload, isOutputWhole, isSilent } = end;
  // If the context could not be packed, the builder's error about the incomplete stream is only a consequence.
  if (upload?.failure?.kind === 'context') throw upload.failure;
  const warn = (text: string): Promise<void> => log.warning(text);
  const question = { cluster, clock, ref, isProvedByExit: !inputs.image.push, warn };
  const { killing, removal } = await readEndCause(state, question, signal);
  const outcome = decideOutcome(removal ?? state, upload);
  if (outcome.kind !== 'succeeded') {
    throw outcomeError(outcome, {
      memoryLimit: pod.spec?.containers[0]?.resources?.limits?.['memory'],
      timeoutMs: inputs.timeoutMs,
      diagnosis: killing ?? diagnose(plan, end),
      isSilent,
    });
  }
  for (const warning of [memoryWarning(outcome.ended), warnings?.end()]) {
    if (warning !== undefined) await log.warning(warning);
  }
  if (!inputs.image.push) return undefined;
  const report = {
    reported: engine.readDigests(outcome.ended.message),
    printed: scan?.end() ?? new Map<string, ReadonlySet<string>>(),
    isOutputWhole,
  };
  const { ca, insecure } = inputs.registry;
  const registry = ports.openRegistry({ logins: plan.logins.byHost, ca, insecure });
  const info = (text: string): Promise<void> => log.info(text);
  const digest = await confirmDigest(inputs.image.tags, report, { registry, clock, info }, signal);
  return { digest };
}

/** The engine's diagnosis of a container that has ended, from its output. */
function diagnose(
  plan: BuildPlan,
  { state, upload, tail, isOutputWhole }: ContainerEnd,
): Diagnosis | undefined {
  if (state.kind !== 'ended') return undefined;
  const { inputs, engine, logins } = plan;
  return engine.diagnose({
    tail,
    exitCode: state.exitCode,
    dockerfile: sentDockerfile(plan),
    withoutLogin: hostsWithoutCredentials(inputs, logins),
    contextComplete: upload?.acknowledged ?? false,
    isOutputWhole,
  });
}

/** The Dockerfile of the builder. Its lines are those of the user's, and it lacks what the builder has not built. */
function sentDockerfile({ dockerfile, source, edits }: BuildPlan): Dockerfile {
  if (edits.length === 0) return dockerfile;
  return parseDockerfile(editLines(Buffer.from(source.dockerfile), edits).toString());
}
