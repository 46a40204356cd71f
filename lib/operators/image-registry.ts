import { mergeValues, type OperatorImage, type OperatorSpec } from './spec';

/** Where an image lies in a registry that holds copies: the whole name behind the prefix, so that no two are one. */
export const inRegistry = (image: string, imageRegistry: string | undefined): string =>
  imageRegistry === undefined ? image : `${imageRegistry}/${image}`;

/** The operator with every image from that registry, also those that its controller starts. */
export function fromRegistry(operator: OperatorSpec, imageRegistry: string | undefined): OperatorSpec {
  if (imageRegistry === undefined) return operator;
  const values = operator.images.reduce<Readonly<Record<string, unknown>>>(
    (all, image) =>
      image.values.reduce((below, path) => mergeValues(below, nested(path, valueFor(image, imageRegistry))), all),
    operator.chart.values,
  );
  const images = operator.images.map((image) => ({ ...image, image: inRegistry(image.image, imageRegistry) }));
  return { ...operator, chart: { ...operator.chart, values }, images };
}

const nested = (path: string, value: string) =>
  path.split('.').reduceRight<unknown>((below, key) => ({ [key]: below }), value) as Readonly<Record<string, unknown>>;

const parts: Readonly<Record<OperatorImage['takes'], (image: string) => string>> = {
  reference: (image) => image,
  repository: (image) => image.replace(/:[^/]*$/, ''),
  registry: (image) => image.replace(/\/[^/]*$/, ''),
  host: (image) => image.replace(/\/.*$/, ''),
};

const valueFor = ({ image, takes }: OperatorImage, imageRegistry: string) =>
  inRegistry(parts[takes](image), imageRegistry);
