import { resolve } from 'node:path';
import type { Chapter, Inputs, Stage } from './run.ts';

const ca = resolve('playground/tls/ca.crt');
const noRunner = { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' };

/** The API server of the playground as inputs, and the token of its kubeconfig. */
function access({ playground }: Stage): { readonly inputs: Inputs; readonly token: string } {
  const { users } = JSON.parse(playground.cluster.kubeconfig()) as {
    readonly users: readonly { readonly user: { readonly token: string } }[];
  };
  const inputs = { kubeconfig: 'auto', server: playground.cluster.url, 'ca-cert': ca };
  return { inputs, token: users[0]?.user.token ?? '' };
}

export const serverChapter: Chapter = {
  title: 'The server without a kubeconfig',
  cases: [
    {
      name: 'a server without credentials',
      sentence:
        "input 'server': it has no credentials: 'token' and 'oidc-audience' are empty; a secret is not passed to the pull requests of forks. Set 'oidc-audience' for an OIDC token of the job, or 'token'.",
      arrange: (stage) => ({ inputs: { ...access(stage).inputs, token: '' } }),
    },
    {
      name: 'a server and a kubeconfig',
      sentence: "input 'server': it cannot be combined with 'kubeconfig'. Set only one of them.",
      arrange: (stage) => {
        const { inputs, token } = access(stage);
        return { inputs: { ...inputs, token, kubeconfig: stage.playground.cluster.kubeconfig() } };
      },
    },
    {
      name: 'a job that has no permission to request OIDC tokens',
      sentence:
        'input \'oidc-audience\': the job cannot request an OIDC token, because the runner has no ACTIONS_ID_TOKEN_REQUEST_URL. Add "id-token: write" to the permissions of the job, and keep the others that it needs: a job has only those that it names. Workflows of pull requests from forks cannot have it.',
      arrange: (stage) => ({
        inputs: { ...access(stage).inputs, 'oidc-audience': 'https://kubernetes.example.com' },
        env: noRunner,
      }),
    },
    {
      name: 'a token of the input that has expired',
      sentence:
        "asking the API server for its version failed: Unauthorized. Renew the token of the input 'token': it is invalid or has expired.",
      arrange: (stage) => {
        const { inputs, token } = access(stage);
        stage.playground.cluster.expireToken();
        return { inputs: { ...inputs, token } };
      },
    },
    {
      name: 'a server whose CA certificate is missing',
      sentence:
        "asking the API server for its version failed: the certificate of https://<server> cannot be verified: self-signed certificate in certificate chain. Set the input 'ca-cert' to the CA certificate of the API server.",
      arrange: (stage) => {
        const { inputs, token } = access(stage);
        return { inputs: { ...inputs, token, 'ca-cert': '' } };
      },
    },
  ],
};
