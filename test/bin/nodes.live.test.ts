import { spawnSync } from 'node:child_process';
import { clusterFactsSchema } from '../../lib/kubernetes/cluster-facts';
import { noCluster } from '../operators/api-server';
import { Workbench } from './mlops';

(noCluster ? test.skip : test)(
  `of a real API server it prints all that there is${noCluster ? ` (${noCluster})` : ''}`,
  () => {
    const bench = new Workbench();
    const run = (command: string, ...args: string[]) => spawnSync(command, args, { encoding: 'utf8' });
    const names = (resource: string) =>
      run('kubectl', 'get', resource, '-o', 'jsonpath={.items[*].metadata.name}')
        .stdout.split(' ')
        .filter(Boolean)
        .sort();
    const { status, stdout } = run(process.execPath, bench.bundle, 'nodes');
    expect(status).toBe(0);
    const facts = clusterFactsSchema.parse(JSON.parse(stdout));
    expect(Object.keys(facts.nodes)).toEqual(names('nodes'));
    expect(Object.keys(facts.definitions)).toEqual(names('crd'));
    expect(Object.keys(facts.storageClasses)).toEqual(names('storageclass'));
  },
);
