import type { Container, Pod, Volume } from './pod.ts';

/** The playground has no Secrets and no ConfigMaps: references to them fail with the message of the kubelet. */
export function missingVolume(pod: Pod): string | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    const missing = missingObject(volume);
    if (missing !== undefined)
      return `MountVolume.SetUp failed for volume "${volume.name}" : ${missing} not found`;
  }
  return undefined;
}

/** The same for the variables of a container. */
export function missingEnvironment({ env = [] }: Container): string | undefined {
  for (const { valueFrom } of env) {
    const { secretKeyRef, configMapKeyRef } = valueFrom ?? {};
    if (secretKeyRef !== undefined && secretKeyRef.optional !== true)
      return `secret "${secretKeyRef.name ?? ''}" not found`;
    if (configMapKeyRef !== undefined && configMapKeyRef.optional !== true)
      return `configmap "${configMapKeyRef.name ?? ''}" not found`;
  }
  return undefined;
}

function missingObject({ secret, configMap, projected }: Volume): string | undefined {
  if (secret !== undefined && secret.optional !== true)
    return `secret "${secret.secretName ?? ''}"`;
  if (configMap !== undefined && configMap.optional !== true)
    return `configmap "${configMap.name ?? ''}"`;
  for (const source of projected?.sources ?? []) {
    if (source.secret !== undefined && source.secret.optional !== true)
      return `secret "${source.secret.name ?? ''}"`;
    if (source.configMap !== undefined && source.configMap.optional !== true)
      return `configmap "${source.configMap.name ?? ''}"`;
  }
  return undefined;
}
