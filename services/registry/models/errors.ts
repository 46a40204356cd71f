import { alreadyExists, invalid, notFound } from '../protocol/errors';

export const noModel = (name: string) => notFound(`Registered Model with name=${name} not found`);

export const noVersion = (name: string, version: number | string) =>
  notFound(`Model Version (name=${name}, version=${version}) not found`);

export const noAlias = (alias: string) => invalid(`Registered model alias ${alias} not found.`);

/** A model and a prompt cannot have one name: the client is told which of them is there. */
export function nameIsTaken(name: string, byPrompt: boolean, asPrompt: boolean) {
  const kind = (isPrompt: boolean) => (isPrompt ? 'Prompt' : 'Registered Model');
  if (byPrompt === asPrompt) return alreadyExists(`${kind(asPrompt)} (name=${name}) already exists.`);
  return alreadyExists(
    `Tried to create a ${kind(asPrompt).toLowerCase()} with name '${name}', but the name is already taken by a ` +
      `${kind(byPrompt).toLowerCase()}. MLflow does not allow creating a model and a prompt with the same name.`,
  );
}
