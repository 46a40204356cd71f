import { Token } from 'cdktf';
import { modelServerContract } from '../../services/model-server/contract';
import { type Problem, problemsOf } from '../core/errors';
import { resourceProblems } from '../core/resources';
import { mebibytes, milliseconds, seconds } from '../core/units';
import type { EndpointProps } from './endpoint-props';
import { hostnameProblems, type Surroundings } from './hostnames';
import { endpointNameProblems } from './names';

/** Everything that is wrong with an endpoint by itself, all at once. */
export function endpointProblems(
  endpoint: string,
  props: EndpointProps,
  surroundings: Surroundings,
): (Problem | string)[] {
  return [
    ...endpointNameProblems(endpoint),
    ...modelProblems(`the model of endpoint '${endpoint}'`, props.model),
    ...engineProblems(endpoint, props),
    ...canaryProblems(endpoint, props),
    ...hostnameProblems(endpoint, props, surroundings),
    ...numberProblems(endpoint, props),
    ...unitProblems(props),
  ];
}

function modelProblems(what: string, uri: string): Problem[] {
  if (Token.isUnresolved(uri) || modelServerContract.env.MODEL_URI.safeParse(uri).success) return [];
  return [
    {
      what: `${what} is no model of a registry`,
      got: `'${uri}'`,
      do: "write it as 'models:/flight-delay@champion' or 'models:/flight-delay/3'",
    },
  ];
}

/** JSON may name any. */
function engineProblems(endpoint: string, { engine }: { readonly engine?: string | undefined }): Problem[] {
  if (engine === undefined || engine === 'onnx') return [];
  return [
    {
      what: `endpoint '${endpoint}' names an engine that is not there in this release`,
      got: `'${engine}'`,
      do: "use 'onnx', which runs on CPUs",
    },
  ];
}

function canaryProblems(endpoint: string, { model, canary, hostname, grpcHostname }: EndpointProps): Problem[] {
  if (!canary) return [];
  const problems = modelProblems(`the canary of endpoint '${endpoint}'`, canary.model);
  const { weight, replicas } = canary;
  if (canary.model === model) {
    problems.push({
      what: `the canary of endpoint '${endpoint}' is its own model`,
      got: `'${model}' twice`,
      do: 'give it another alias or version',
    });
  }
  if (!isWhole(weight, 0, 100)) {
    problems.push({
      what: `the weight of the canary of endpoint '${endpoint}' is a whole number of percent`,
      got: `${weight}`,
      do: 'give 0 to 100',
    });
  }
  if (replicas !== undefined && !isWhole(replicas, 1))
    problems.push(...count(endpoint, 'canary.replicas', replicas, 1));
  if (hostname === undefined && grpcHostname === undefined) {
    problems.push({
      what: `the canary of endpoint '${endpoint}' gets its share by a route, and there is none`,
      got: 'neither hostname nor grpcHostname',
      do: 'give it one and a gateway, or make the canary an endpoint of its own',
    });
  }
  return problems;
}

function numberProblems(endpoint: string, props: EndpointProps): Problem[] {
  const { replicas = 2, canary, autoscaling, threads, batching, queue, sample } = props;
  const whole: [string, number | undefined, number][] = [
    ['replicas', replicas, 1],
    ['threads', threads, 1],
    ['batching.size', batching?.size, 2],
    ['queue', queue, 1],
    ['autoscaling.max', autoscaling?.max, Math.ceil(Math.max(replicas, canary?.replicas ?? 1))],
  ];
  const problems = whole.flatMap(([prop, value, least]) =>
    value === undefined || isWhole(value, least) ? [] : count(endpoint, prop, value, least),
  );
  if (sample !== undefined && !Token.isUnresolved(sample) && !(sample >= 0 && sample <= 1))
    problems.push({ what: `sample of endpoint '${endpoint}' is a share`, got: `${sample}`, do: 'give 0 to 1' });
  return problems;
}

const isWhole = (value: number, least: number, most = Number.POSITIVE_INFINITY) =>
  Token.isUnresolved(value) || (Number.isInteger(value) && value >= least && value <= most);

const count = (endpoint: string, prop: string, value: number, least: number): Problem[] => [
  { what: `${prop} of endpoint '${endpoint}' is a whole number`, got: `${value}`, do: `give ${least} or more` },
];

/** Texts with units, and quantities. */
function unitProblems(props: EndpointProps): (Problem | string)[] {
  const { need, resources, requestTimeout, rolloutTimeout, batching, maxModel, maxRequest, maxHeld } = props;
  return [
    ...problemsOf(() => mebibytes(need.memory)),
    ...(resources ? resourceProblems(resources) : []),
    ...problemsOf(() => requestTimeout && milliseconds(requestTimeout)),
    ...problemsOf(() => rolloutTimeout && seconds(rolloutTimeout)),
    ...problemsOf(() => batching?.window && milliseconds(batching.window)),
    ...problemsOf(() => maxModel && mebibytes(maxModel)),
    ...problemsOf(() => maxRequest && mebibytes(maxRequest)),
    ...problemsOf(() => maxHeld && mebibytes(maxHeld)),
  ];
}
