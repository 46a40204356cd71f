import { each, findings, type Rule } from './rule';
import { at, type Block, got, isTrue, list, type Written } from './written';

const isChart = ({ attributes }: Block) => !String(attributes.chart).startsWith('assets/');
/** Charts that bring a controller; those of our own manifests bring objects only. */
const eachChart = (problem: (chart: Block, written: Written) => string | false | undefined) => (written: Written) =>
  written
    .of('helm_release')
    .filter(isChart)
    .flatMap((chart) => findings(chart, problem(chart, written)));

/** A policy that selects pods by labels is for the chart whose release one of them names; others share its namespace. */
function mayConcern({ attributes }: Block, chart: Block): boolean {
  const labels = at(attributes, 'spec.pod_selector.match_labels');
  return labels === undefined || Object.values(labels as object).includes(chart.attributes.name);
}

/** Of a chart: those that are JSON, as ours are. YAML is not read, and not judged. */
const values = ({ attributes }: Block): readonly unknown[] =>
  list(attributes, 'values')
    .map(String)
    .filter((text) => text.startsWith('{'))
    .map((text) => JSON.parse(text) as unknown);

export const operatorRules: readonly Rule[] = [
  {
    id: 'K8S-OP-01',
    title: 'Charts have one version',
    why: 'the newest one changes what nobody asked for, in an apply for something else',
    check: eachChart(
      ({ attributes }) =>
        !/^v?\d+\.\d+\.\d+/.test(String(attributes.version)) && `version must be given, got ${got(attributes.version)}`,
    ),
  },
  {
    id: 'K8S-OP-02',
    title: 'The GPU operator leaves driver and toolkit to the image of the nodes',
    why: 'AL2023 has both: a second driver breaks the node, and takes ten minutes to do so',
    check: eachChart(
      (chart) =>
        chart.attributes.chart === 'gpu-operator' &&
        values(chart).some((given) => ['driver', 'toolkit'].some((part) => at(given, `${part}.enabled`) !== false)) &&
        'values must have driver.enabled and toolkit.enabled false, got another',
    ),
  },
  {
    id: 'K8S-OP-03',
    title: 'One program offers the GPUs of a node',
    why: 'the GPU operator brings a device plugin: with two, GPUs are counted twice or not at all',
    check: (written) => {
      const charts = written.of('helm_release');
      const operator = charts.find(({ attributes }) => attributes.chart === 'gpu-operator');
      return charts
        .filter(({ attributes }) => operator && attributes.chart === 'nvidia-device-plugin')
        .flatMap((block) => findings(block, `it must not stand beside ${operator?.path}, got nvidia-device-plugin`));
    },
  },
  {
    id: 'K8S-OP-04',
    title: 'A chart comes after its namespace and the policies there',
    why: 'its pods would start unguarded, or be refused by a policy that opens nothing yet',
    check: eachChart((chart, written) => {
      const namespace = written.text(chart, chart.attributes.namespace);
      const own = written
        .of('kubernetes_namespace_v1', 'kubernetes_network_policy_v1')
        .filter(
          (block) =>
            block.stack === chart.stack &&
            mayConcern(block, chart) &&
            [at(block.attributes, 'metadata.name'), at(block.attributes, 'metadata.namespace')].some(
              (name) => written.text(block, name) === namespace,
            ),
        );
      const needed = written.needs(chart);
      const missing = own.filter((block) => !needed.has(block));
      return (
        missing.length > 0 && `depends_on must hold ${missing.map(({ path }) => path).join(', ')}, got no reference`
      );
    }),
  },
  {
    id: 'K8S-OP-05',
    title: 'Charts remember few versions of themselves',
    why: 'each is a Secret of up to a megabyte, and without a limit they are kept for ever',
    check: each('helm_release', ({ attributes }) => {
      const most = Number(attributes.max_history ?? 0);
      return (most < 1 || most > 10) && `max_history must be 1 to 10, got ${got(attributes.max_history)}`;
    }),
  },
  {
    id: 'K8S-OP-06',
    title: 'Destroying an operator keeps what it defines',
    why: 'with its definitions go all objects of their kinds: the secrets that it made, in every namespace',
    check: eachChart(
      (chart) =>
        chart.attributes.chart === 'external-secrets' &&
        values(chart).some(
          (given) =>
            isTrue(at(given, 'installCRDs')) &&
            (at(given, 'crds.annotations') as Record<string, unknown> | undefined)?.['helm.sh/resource-policy'] !==
              'keep',
        ) &&
        'crds.annotations must have helm.sh/resource-policy: keep, got none',
    ),
  },
];
