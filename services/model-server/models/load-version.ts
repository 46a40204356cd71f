import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Log } from '../../kit/log';
import type { Engine, Session } from '../engine/engine';
import type { Tensor } from '../protocol/tensor';
import type { CachedVersion } from './cache/version-cache';
import { exampleTensors, zeroTensors } from './checks/example';
import { expectedOutputs, outputProblems } from './checks/expected-outputs';
import { parsePythonJson } from './checks/json-tensors';
import { type ModelFolder, readModelFolder } from './checks/mlmodel';
import { signatureProblems } from './checks/signature';
import { BadVersionError } from './errors';
import type { LoadedModel } from './repository';

export interface LoadProps {
  readonly engine: Engine;
  /** Under which it is served. */
  readonly name: string;
  readonly log: Log;
}

/**
 * Loads a version from disk, checks that it is what it says, and runs it once.
 * @throws BadVersionError when it is not; its memory is given back
 */
export async function loadVersion(cached: CachedVersion, { engine, name, log }: LoadProps): Promise<LoadedModel> {
  const folder = await readModelFolder(cached);
  const session = await engine.load(folder.model).catch((error: Error) => {
    throw new BadVersionError(`its file cannot be loaded: ${oneLine(error.message)}`);
  });
  try {
    const problems = folder.signature ? signatureProblems(folder.signature, session) : [];
    if (problems.length > 0) throw new BadVersionError(`its file does not keep its signature: ${problems.join('; ')}`);
    await warm(session, folder, cached, log.child({ version: cached.version }));
    return { name, version: cached.version, platform: engine.platform, session };
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function warm(session: Session, folder: ModelFolder, cached: CachedVersion, log: Log): Promise<void> {
  const { example, expectedOutputs: expected } = folder;
  if (example === undefined) {
    if (expected !== undefined)
      throw new BadVersionError('it has expected_outputs.json, but no input example that gives them; log both or none');
    return warmOnZeros(session, log);
  }
  const inputs = await readExample(join(cached.folder, example), session);
  const outputs = await run(session, inputs).catch((error: Error) => {
    throw new BadVersionError(`it fails on its own input example: ${oneLine(error.message)}`);
  });
  if (expected === undefined) return;
  const problems = await compare(join(cached.folder, expected), session, outputs);
  if (problems.length > 0)
    throw new BadVersionError(`it answers its input example not as expected_outputs.json says: ${problems.join('; ')}`);
}

async function warmOnZeros(session: Session, log: Log): Promise<void> {
  try {
    await run(session, zeroTensors(session.inputs));
    log.info('the version has no input example: it was warmed on zeros');
  } catch (error) {
    const reason = oneLine((error as Error).message);
    log.warn({ reason }, 'the version has no input example, and zeros are none: its first request may be slow');
  }
}

async function readExample(file: string, session: Session): Promise<Tensor[]> {
  try {
    return exampleTensors(parsePythonJson(await readFile(file, 'utf8')), session.inputs);
  } catch (error) {
    throw new BadVersionError(`its input example does not fit: ${oneLine((error as Error).message)}`);
  }
}

async function compare(file: string, session: Session, outputs: readonly Tensor[]): Promise<string[]> {
  try {
    const expected = expectedOutputs.parse(parsePythonJson(await readFile(file, 'utf8')));
    return outputProblems(expected, session.outputs, outputs);
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new BadVersionError(`its expected_outputs.json cannot be read: ${oneLine(reason)}`);
  }
}

const run = (session: Session, inputs: readonly Tensor[]) =>
  session.run(
    inputs,
    session.outputs.map(({ name }) => name),
  );

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 500);
