import { expect, test } from '@jest/globals';
import { parseKubeconfig } from '../../src/kubeconfig/document.ts';
import { serverNames, withoutServerNames } from '../../src/kubeconfig/server-names.ts';
import { invalid } from '../../src/text/problem.ts';

test.each([
  {
    cluster: '{ server: "https://API.example.com:6443/k8s/c-1", tls-server-name: inner.example }',
    names: [
      'https://API.example.com:6443/k8s/c-1',
      'api.example.com:6443',
      'api.example.com',
      'api-example-com',
      'API.example.com',
      'inner.example',
    ],
  },
  {
    cluster: '{ server: "https://[2001:db8::1]:6443" }',
    names: ['https://[2001:db8::1]:6443', '[2001:db8::1]:6443', '[2001:db8::1]', '2001:db8::1'],
  },
  { cluster: '{ server: "api.example" }', names: ['api.example', 'api-example'] },
  { cluster: '{ server: 7 }', names: [] },
])('serverNames of $cluster', ({ cluster, names }) => {
  const kubeconfig = parseKubeconfig(`clusters: [{ name: a, cluster: ${cluster} }]`);
  expect(serverNames(kubeconfig)).toEqual(names);
});

test('withoutServerNames removes them from problems and hints', () => {
  const kubeconfig = parseKubeconfig('clusters: [{ cluster: { server: "http://api.example" } }]');
  const validate = (): never => {
    throw invalid('its server "http://api.example" is bad', 'Write https://api.example.');
  };
  expect(() => withoutServerNames(kubeconfig, validate)).toThrow(
    expect.objectContaining({
      problems: [{ text: 'its server "***" is bad', hint: 'Write https://***.' }],
    }),
  );
  expect(withoutServerNames(kubeconfig, () => 7)).toBe(7);
});
