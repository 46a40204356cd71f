import { invalid, notFound } from '../protocol/errors';

/** Checks the form of an experiment's id; MLflow's are integers that travel as text. */
export function experimentId(id: string): string {
  if (!/^\s*[+-]?\d+\s*$/.test(id))
    throw invalid(`Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`);
  const number = String(BigInt(id.trim().replace('+', '').slice(0, 100)));
  if (number.length > 18) throw noExperiment(number);
  return number;
}

export const noExperiment = (id: string) => notFound(`No Experiment with id=${id} exists`);
