import { invalid } from '../protocol/errors';
import { checkLength } from '../protocol/names';

/** Longest location, in characters (mlflow 3.17.2, the default of MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH). */
const longest = 2048;

/** Refuses what MLflow refuses as the root of artifacts: paths are appended to it, and clients follow it. */
export function checkArtifactLocation(uri: string): string {
  if (/#./.test(uri)) throw invalid("'artifact_location' URL can't include fragments or params.");
  // Two dots, however often they are encoded.
  if (/\?.*(\.|%(25)*2e){2}/i.test(uri)) throw invalid('Invalid query string');
  if (uri.startsWith('runs:')) throw invalid(`Artifact location cannot be a runs:/ URI. Given: '${uri}'`);
  return checkLength(uri, 'artifact_location', longest);
}
