import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type ClusterOptions, type PlaygroundCluster } from './cluster.ts';
import { readTls } from './cluster/credentials.ts';
import { startRegistry, type PocketRegistry } from './registry.ts';

/** A cluster and a registry with TLS and credentials, and the files that a user of both needs. */
export interface Playground {
  readonly cluster: PlaygroundCluster;
  readonly registry: PocketRegistry;
  /** Temporary; removed by close(). */
  readonly directory: string;
  readonly kubeconfigPath: string;
  /** A directory with a `config.json`, as `docker login` leaves it. */
  readonly dockerConfig: string;
  /** CA certificate of the registry, PEM. */
  readonly caPath: string;
  close(): Promise<void>;
}

const credentials = { user: 'demo', password: 'only-for-the-playground' };

export async function startPlayground(options: ClusterOptions = {}): Promise<Playground> {
  const { key, cert, ca } = readTls('server');
  const cluster = await startCluster(options);
  const registry = await startRegistry({ tls: { key, cert }, credentials });
  const directory = mkdtempSync(join(tmpdir(), 'playground-'));
  const write = (name: string, content: string): string => {
    const path = join(directory, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const auth = Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64');
  write('config.json', JSON.stringify({ auths: { [registry.host]: { auth } } }));
  return {
    cluster,
    registry,
    directory,
    kubeconfigPath: write('kubeconfig', cluster.kubeconfig()),
    dockerConfig: directory,
    caPath: write('ca.crt', ca),
    async close() {
      await Promise.all([cluster.close(), registry.close()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** How to use a playground that is left running. */
export function describePlayground(playground: Playground): string {
  const { cluster, registry, kubeconfigPath, dockerConfig, caPath } = playground;
  return [
    `cluster      ${cluster.url}, kubeconfig ${kubeconfigPath}`,
    `registry     ${registry.host}, docker-config ${dockerConfig}, registry-ca ${caPath}`,
    '',
    `  kubectl --kubeconfig ${kubeconfigPath} get pods`,
    `  npm run -s action -- kubeconfig=@${kubeconfigPath} context=playground/demo-project \\`,
    `    tags=${registry.host}/demo/hello:2 push=true docker-config=${dockerConfig} registry-ca=${caPath}`,
  ].join('\n');
}
