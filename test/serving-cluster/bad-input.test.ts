import { type PlatformApp, type Preset, Registry, ServingCluster } from '../../lib/index';
import type { EndpointProps } from '../../lib/serving-cluster/endpoint-props';
import { BaseStack, Platform } from '../../stacks/index';
import { preset, problemsOf, synthesized } from '../harness/synth';
import { awsTarget } from '../harness/targets';

const delay: EndpointProps = { model: 'models:/flight-delay@champion', need: { memory: '2 GiB' } };
const gateway = { mode: 'existing', name: 'public', namespace: 'gateways' } as const;
const withGateway: Partial<Preset> = { operators: { ...preset.operators, gateway } };
const platform = (app: PlatformApp, changes: object = {}) =>
  new Platform(app, { ...preset, serving: { mode: 'on' }, ...changes } as Preset);

/** Problems of one endpoint, added in code. */
const wrong = (props: object, changes: object = {}, name = 'delay') =>
  problemsOf((app) => {
    platform(app, changes).serving?.addEndpoint(name, { ...delay, ...props } as EndpointProps);
  });
const at = '(acme-platform/Serving/delay)';

test('everything that is wrong with an endpoint, at once', () => {
  expect(
    wrong({
      model: 'flight-delay',
      engine: 'triton',
      canary: { model: 'flight-delay', weight: 101, replicas: 0 },
      hostname: 'Delay',
      grpcHostname: 'Delay',
      replicas: 1.5,
      autoscaling: { max: 1, cpuPercent: 70 },
      threads: 0,
      batching: { size: 1, window: '2 ms' },
      queue: 0,
      sample: 1.1,
      requestTimeout: '1 day',
      rolloutTimeout: '5',
      maxModel: '1 GB',
      maxRequest: '0 MiB',
      maxHeld: '2 GB',
    }),
  ).toEqual([
    `the model of endpoint 'delay' is no model of a registry, got 'flight-delay'; write it as 'models:/flight-delay@champion' or 'models:/flight-delay/3' ${at}`,
    `endpoint 'delay' names an engine that is not there in this release, got 'triton'; use 'onnx', which runs on CPUs ${at}`,
    `the canary of endpoint 'delay' is no model of a registry, got 'flight-delay'; write it as 'models:/flight-delay@champion' or 'models:/flight-delay/3' ${at}`,
    `the canary of endpoint 'delay' is its own model, got 'flight-delay' twice; give it another alias or version ${at}`,
    `the weight of the canary of endpoint 'delay' is a whole number of percent, got 101; give 0 to 100 ${at}`,
    `canary.replicas of endpoint 'delay' is a whole number, got 0; give 1 or more ${at}`,
    `hostname of endpoint 'delay' needs a gateway, got 'Delay'; give one (in a preset: operators.gateway), or leave hostname out ${at}`,
    `grpcHostname of endpoint 'delay' needs a gateway, got 'Delay'; give one (in a preset: operators.gateway), or leave grpcHostname out ${at}`,
    `endpoint 'delay' has one name for REST and gRPC, and a listener takes one kind of route for a name, got 'Delay' twice; give grpcHostname another ${at}`,
    `replicas of endpoint 'delay' is a whole number, got 1.5; give 1 or more ${at}`,
    `threads of endpoint 'delay' is a whole number, got 0; give 1 or more ${at}`,
    `batching.size of endpoint 'delay' is a whole number, got 1; give 2 or more ${at}`,
    `queue of endpoint 'delay' is a whole number, got 0; give 1 or more ${at}`,
    `autoscaling.max of endpoint 'delay' is a whole number, got 1; give 2 or more ${at}`,
    `sample of endpoint 'delay' is a share, got 1.1; give 0 to 1 ${at}`,
    `a duration needs a positive number and a unit, got '1 day'; write it as '2 milliseconds', '30 seconds' or '10 minutes' ${at}`,
    `a duration needs a positive number and a unit, got '5'; write it as '30 seconds', '10 minutes' or '2 hours' ${at}`,
    `a duration needs a positive number and a unit, got '2 ms'; write it as '2 milliseconds', '30 seconds' or '10 minutes' ${at}`,
    `memory needs a positive number and a unit, got '1 GB'; write it as '20 GiB' or '512 MiB' ${at}`,
    `memory needs a positive number and a unit, got '0 MiB'; write it as '20 GiB' or '512 MiB' ${at}`,
    `memory needs a positive number and a unit, got '2 GB'; write it as '20 GiB' or '512 MiB' ${at}`,
  ]);
});

test('a canary has no more pods than it may scale to', () => {
  expect(
    wrong({
      canary: { model: 'models:/flight-delay/3', weight: 10, replicas: 5 },
      autoscaling: { max: 3, cpuPercent: 70 },
    }),
  ).toContain(`autoscaling.max of endpoint 'delay' is a whole number, got 3; give 5 or more ${at}`);
});

test('names: too long, no label, or that of the canary of another', () => {
  const long = 'a'.repeat(41);
  expect(wrong({}, {}, long)).toEqual([
    `the name of the endpoint is longer than 40 characters, got '${long}' (41); shorten it by 1 (acme-platform/Serving/${long})`,
  ]);
  expect(wrong({}, {}, 'Delay_1')).toEqual([
    "the name of the endpoint is not a DNS label, got 'Delay_1'; use lower-case letters, digits and dashes, starting with a letter and ending with a letter or digit (acme-platform/Serving/Delay_1)",
  ]);
  expect(wrong({}, {}, 'delay-canary')).toEqual([
    "the name of an endpoint does not end with '-canary', which names the canary of another, got 'delay-canary'; give it another name (acme-platform/Serving/delay-canary)",
  ]);
});

test('the longest name fits every object, label and release', () => {
  const name = 'a'.repeat(40);
  const canary = { model: 'models:/flight-delay/3', weight: 0 };
  const { resources } = synthesized((app) => {
    platform(app, withGateway).serving?.addEndpoint(name, { ...delay, canary, hostname: 'delay.example.com' });
  });
  const all = JSON.stringify(resources('acme-platform'));
  const texts = [...all.matchAll(/[\w./-]*serving-a{40}[\w-]*/g)].map(([text]) => text.split('/').at(-1) as string);
  expect(new Set(texts)).toEqual(new Set([`serving-${name}`, `serving-${name}-canary`, `client-of-serving-${name}`]));
  expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(63);
  const [release] = Object.values(resources('acme-platform').helm_release ?? {}).filter(
    ({ name: of }) => of === `serving-${name}`,
  );
  expect(String(release?.name).length).toBeLessThanOrEqual(53);
});

test('on AWS, a name that makes too long a name of a role', () => {
  const name = 'a'.repeat(40);
  const aws = {
    name: 'acme-machine-learning',
    operators: { ...preset.operators, kueue: { mode: 'install' } },
    target: {
      ...awsTarget,
      apiAccess: 'private',
    },
  };
  const role = `acme-machine-learning.serving-${name}`;
  expect(wrong({}, aws, name)).toEqual([
    `name of IAM role is longer than 64 characters, got '${role}' (70); shorten it by 6 (acme-machine-learning-platform/Serving/${name})`,
  ]);
});

test('a canary without a route, and a canary of percent and a half', () => {
  expect(wrong({ canary: { model: 'models:/flight-delay/3', weight: 12.5 } })).toEqual([
    `the weight of the canary of endpoint 'delay' is a whole number of percent, got 12.5; give 0 to 100 ${at}`,
    `the canary of endpoint 'delay' gets its share by a route, and there is none, got neither hostname nor grpcHostname; give it one and a gateway, or make the canary an endpoint of its own ${at}`,
  ]);
});

test('two endpoints with one name, or one host name; the registry with that of an endpoint', () => {
  const problems = problemsOf((app) => {
    const { serving } = platform(app, {
      ...withGateway,
      registry: { mode: 'on', hostname: 'a.example.com' },
      serving: { mode: 'on', endpoints: { first: { ...delay, hostname: 'a.example.com' } } },
    });
    serving?.addEndpoint('first', delay);
    serving?.addEndpoint('second', { ...delay, grpcHostname: 'a.example.com' });
  });
  expect(problems).toEqual([
    "the registry and an endpoint have one host name, got 'a.example.com' twice; give each its own (acme)",
    "two endpoints have one name, got 'first' again; give one of them another name (acme-platform/Serving)",
    "two endpoints have one host name, got 'a.example.com' again, at 'second'; give each its own (acme-platform/Serving/second)",
  ]);
});

test('a host name that is none, and one that the certificate of the installed gateway does not hold', () => {
  expect(wrong({ hostname: 'delay', grpcHostname: 'grpc_delay.example.com' }, withGateway)).toEqual([
    `hostname of endpoint 'delay' is no DNS name, got 'delay'; write it as 'delay.example.com' ${at}`,
    `grpcHostname of endpoint 'delay' is no DNS name, got 'grpc_delay.example.com'; write it as 'delay.example.com' ${at}`,
  ]);
  const props = { image: 'x', cluster: undefined as never, registry: undefined, platform: 'acme' };
  expect(
    problemsOf((app) => {
      const { target, registry } = platform(app, { serving: { mode: 'off' } });
      const stack = new BaseStack(app, 'more');
      const named = { name: 'acme', namespace: 'envoy-gateway-system', hostnames: ['delay.example.com'] };
      const serving = new ServingCluster(stack, 'Serving', {
        ...props,
        cluster: target.cluster,
        registry,
        gateway: named,
      });
      serving.addEndpoint('delay', { ...delay, hostname: 'delay.example.com', grpcHostname: 'grpc.example.com' });
    }),
  ).toEqual([
    "the gateway's certificate does not hold grpcHostname of endpoint 'delay', got 'grpc.example.com'; add it to serving.hostnames of the preset (more/Serving/delay)",
  ]);
});

test('an accelerator: the engine runs on CPUs; what would not fit is said too', () => {
  const onCpus = (got: string) =>
    `engine 'onnx' of endpoint 'delay' runs on CPUs, got ${got}; leave out accelerator and count; engine 'triton', which runs on accelerators, is not there yet in this release ${at}`;
  expect(wrong({ need: { memory: '20 GiB', accelerator: 'A30' } })).toEqual([onCpus("accelerator 'A30'")]);
  expect(wrong({ need: { memory: '20 GiB', count: 2 } })).toEqual([onCpus('a count of 2 accelerators')]);
  expect(wrong({ need: { memory: '40 GiB', accelerator: 'A30' } })).toEqual([
    onCpus("accelerator 'A30'"),
    `A30 of cluster 'on-prem' has less memory than the need of 40 GiB, got 24 GiB as the driver reports it (sold as 24 GB); lower memory, or leave out accelerator ${at}`,
  ]);
  expect(wrong({ need: { memory: '8 GiB', accelerator: 'A2' } })).toEqual([
    onCpus("accelerator 'A2'"),
    `cluster 'on-prem' has no A2, got pools a30: 4 × A30 (24 GiB, sold as 24 GB); add a pool that has it, or ask by memory ${at}`,
  ]);
  const json = { endpoints: { delay: { ...delay, need: { memory: '2 GiB', accelerator: 'A30' } } } };
  expect(problemsOf((app) => platform(app, { serving: { mode: 'on', ...json } }))).toEqual([
    onCpus("accelerator 'A30'"),
  ]);
});

test('a need of memory that is no amount is said once, beside what else is wrong', () => {
  const memory = `memory needs a positive number and a unit, got '2 GB'; write it as '20 GiB' or '512 MiB' ${at}`;
  const resources = { requests: { cpu: '1', memory: '2Gi' }, limits: { cpu: '1', memory: '2Gi' } };
  const need = { memory: '2 GB' };
  expect(wrong({ need })).toEqual([memory]);
  expect(wrong({ need, resources })).toEqual([memory]);
  expect(wrong({ need, threads: -1 })).toEqual([
    `threads of endpoint 'delay' is a whole number, got -1; give 1 or more ${at}`,
    memory,
  ]);
  expect(wrong({ need: { ...need, accelerator: 'A30' } })).toEqual([
    memory,
    expect.stringMatching(/^engine 'onnx' of endpoint 'delay' runs on CPUs, got accelerator 'A30'/),
  ]);
  const pools = { cpu: { nodes: 2, cpu: 8, memory: '32 GiB', purposes: ['services'] } };
  expect(wrong({ need }, { target: { ...preset.target, pools } })).toEqual([
    memory,
    expect.stringMatching(/^cluster 'on-prem' has no CPU pool for serving/),
  ]);
});

test('a model that no node of its pool can hold twice: what fits is named', () => {
  const cpu = { nodes: 2, cpu: 8, memory: '32 GiB' };
  const large = { nodes: 1, cpu: 32, memory: '128 GiB' };
  const pools = (more: object) => ({ target: { ...preset.target, pools: { cpu, ...more } } });
  const need = { need: { memory: '20 GiB' } };
  const problem = (advice: string) =>
    `a pod of endpoint 'delay' may take 40.5 GiB, two versions with a batch each, more than a node of pool 'cpu' has, got 32 GiB; ${advice} ${at}`;
  expect(wrong(need, pools({}))).toEqual([problem('add a pool with larger nodes, or lower need.memory')]);
  expect(wrong(need, pools({ large }))).toEqual([
    problem("keep serving to what fits, 'large' (128 GiB), by the purposes of the pools, or lower need.memory"),
  ]);
  const kept = { cpu: { ...cpu, purposes: ['services'] }, large: { ...large, purposes: ['serving'] } };
  expect(() => wrong(need, pools(kept))).toThrow('there was no problem');
});

test('quantities that are none, and no CPU pool for serving', () => {
  expect(
    wrong({ resources: { requests: { cpu: '1', memory: '2 GiB' }, limits: { cpu: 'two', memory: '4Gi' } } }),
  ).toEqual([
    `limits.cpu is not a Kubernetes quantity, got 'two'; write it as '500m' or '2' ${at}`,
    `requests.memory is not a Kubernetes quantity, got '2 GiB'; write it as '512Mi' or '4Gi' ${at}`,
  ]);
  const pools = { cpu: { nodes: 2, cpu: 8, memory: '32 GiB', purposes: ['services'] } };
  expect(wrong({}, { target: { ...preset.target, pools } })).toEqual([
    `cluster 'on-prem' has no CPU pool for serving, got 'cpu' (CPU for services); add a pool without accelerator to pools, or widen the purposes of one ${at}`,
  ]);
});

test('no registry, and a bucket without credentials for the endpoint', () => {
  expect(wrong({}, { registry: { mode: 'off' } })).toEqual([
    "endpoint 'delay' has no registry to take its model from, got none; turn the platform's registry on, or give ServingCluster one, as Registry.fromUrl (acme-platform/Serving)",
  ]);
  const { default: s3 } = preset.target.objectStore.credentials;
  const objectStore = { ...preset.target.objectStore, credentials: { registry: s3 } };
  const log = { target: { ...preset.target, objectStore }, serving: { mode: 'on', log: 'on' } };
  expect(wrong({}, log)).toEqual([
    "acme/Target/ObjectStore has no credentials for 'serving-delay', got neither its own nor default ones; add credentials for 'serving-delay', or credentials.default (acme-platform/Serving/delay)",
  ]);
});

test('typos in a preset', () => {
  const serving = {
    mode: 'on',
    endpoint: {},
    endpoints: { Delay: delay, delay: { ...delay, need: { memory: '2 GB' }, wieght: 10, engine: 'triton' } },
  };
  expect(problemsOf((app) => platform(app, { serving }))).toEqual([
    'the preset is wrong at serving.endpoints.Delay, got the keys model, need; correct it: Invalid key in record',
    'the preset is wrong at serving.endpoints.delay.engine, got "triton"; correct it: Invalid input: expected "onnx"',
    'the preset is wrong at serving.endpoints.delay.need.memory, got "2 GB"; correct it: Invalid input',
    'the preset is wrong at serving.endpoints.delay, got the keys model, need, wieght, engine; correct it: Unrecognized key: "wieght"',
    'the preset is wrong at serving, got the keys mode, endpoint, endpoints; correct it: Unrecognized key: "endpoint"',
  ]);
});

/** Never run: these must not compile. */
export const typeTests = (serving: ServingCluster, stack: BaseStack) => {
  // @ts-expect-error an endpoint needs memory
  serving.addEndpoint('delay', { model: 'models:/flight-delay@champion' });
  // @ts-expect-error onnx runs on CPUs
  serving.addEndpoint('delay', { ...delay, need: { memory: '2 GiB', accelerator: 'A30' } });
  // @ts-expect-error not there yet
  serving.addEndpoint('delay', { ...delay, engine: 'triton' });
  // @ts-expect-error a unit belongs to it
  serving.addEndpoint('delay', { ...delay, requestTimeout: 30 });
  // @ts-expect-error GiB, not GB
  serving.addEndpoint('delay', { ...delay, need: { memory: '2 GB' } });
  // @ts-expect-error a canary has a weight
  serving.addEndpoint('delay', { ...delay, canary: { model: 'models:/flight-delay/3' } });
  // @ts-expect-error models come from a registry
  new ServingCluster(stack, 'Serving', { cluster: undefined as never, platform: 'acme', image: 'x' });
  // an MLflow of others will do
  const registry = Registry.fromUrl(stack, 'Mlflow', { url: 'https://mlflow.example.com' });
  new ServingCluster(stack, 'Serving', { cluster: undefined as never, platform: 'acme', image: 'x', registry });
};
