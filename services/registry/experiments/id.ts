import { invalid, notFound } from '../protocol/errors';

/** Checks the form of an experiment's id; MLflow's are integers that travel as text. */
export function experimentId(id: string): string {
  if (!/^\d+$/.test(id)) throw invalid(`Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`);
  if (id.length > 18) throw noExperiment(id);
  return id;
}

export const noExperiment = (id: string) => notFound(`No Experiment with id=${id} exists`);
