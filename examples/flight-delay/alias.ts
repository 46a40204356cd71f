/** How a move of the alias looks to a client that goes on asking. */
export interface Move {
  /** From the answer of the registry to the first answer of the new version. */
  readonly seconds: number;
  readonly requests: number;
  /** Requests that got something else than an answer. */
  readonly failed: readonly string[];
  /** Answers by version: each has one value only, where the versions are not mixed up. */
  readonly answers: Readonly<Record<string, readonly number[]>>;
}

/** A flight of New Year's Day, as the trainer's features name it. */
const flight: Readonly<Record<string, string | number>> = {
  ...{ carrier: 'UA', origin: 'EWR', dest: 'IAH' },
  ...{ sched_dep_minute: 315, sched_arr_minute: 499, day_of_week: 1, distance: 1400 },
  ...{ temp: 39.02, dewp: 26.06, humid: 59.37, wind_dir: 270, wind_speed: 10.36, precip: 0, pressure: 1012, visib: 10 },
};

const inputs = Object.entries(flight).map(([name, value]) => ({
  name,
  shape: [1, 1],
  datatype: typeof value === 'string' ? 'BYTES' : 'FP32',
  data: [value],
}));

/** Asks once, as any HTTP client can: JSON in, JSON out. @returns the version that answered, and how probably the flight is late */
export async function ask(server: string, model: string): Promise<{ version: string; late: number }> {
  const response = await fetch(`${server}/v2/models/${model}/infer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs, outputs: [{ name: 'probabilities' }] }),
  });
  const body = (await response.json()) as { model_version: string; outputs: { data: number[] }[]; error?: string };
  const late = body.outputs?.[0]?.data[1];
  if (!response.ok || late === undefined) throw new Error(`${response.status} ${body.error ?? JSON.stringify(body)}`);
  return { version: body.model_version, late };
}

/** Moves the alias in the registry, and asks the server without a pause until the new version answers, at most a minute. */
export async function moveAlias(
  { registry, server }: { readonly registry: string; readonly server: string },
  { model, alias, version }: { readonly model: string; readonly alias: string; readonly version: string },
): Promise<Move> {
  const moved = await fetch(`${registry}/api/2.0/mlflow/registered-models/alias`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: model, alias, version }),
  });
  if (!moved.ok) throw new Error(`the registry does not move the alias: ${moved.status} ${await moved.text()}`);

  const start = Date.now();
  const answers: Record<string, Set<number>> = {};
  const failed: string[] = [];
  let requests = 0;
  let answering: string | undefined;
  while (answering !== version && Date.now() < start + 60_000) {
    requests++;
    try {
      const answer = await ask(server, model);
      answering = answer.version;
      answers[answering] ??= new Set();
      answers[answering]?.add(answer.late);
    } catch (error) {
      failed.push((error as Error).message);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const byVersion = Object.fromEntries(Object.entries(answers).map(([name, values]) => [name, [...values]]));
  return { seconds: (Date.now() - start) / 1000, requests, failed, answers: byVersion };
}
