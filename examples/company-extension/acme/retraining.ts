import { Construct } from 'constructs';
import type { IObjectStore, TrainingCluster } from 'mlops-constructs';

export interface RetrainingProps {
  readonly training: TrainingCluster;
  /** Where the data lie, and where prepared data go: below the team's name. */
  readonly store: IObjectStore;
  readonly team: string;
  /** Memory of the accelerator that training needs. @default '20 GiB' */
  readonly memory?: `${number} GiB`;
}

/**
 * 4. A construct by composition: what every team of the company needs in the same way, out of the library's parts. Data
 * are prepared each night, and a model is trained on them each Sunday.
 */
export class Retraining extends Construct {
  constructor(scope: Construct, id: string, { training, store, team, memory = '20 GiB' }: RetrainingProps) {
    super(scope, id);
    const image = (step: string) => `registry.acme.example/${team}/${step}:stable`;
    training.addJob(`${team}-prepare`, {
      image: image('prepare'),
      schedule: '0 2 * * *',
      uses: { data: store.readWrite(`teams/${team}`) },
      retries: 2,
    });
    training.addJob(`${team}-train`, {
      image: image('train'),
      schedule: '0 4 * * 0',
      priority: 'retraining',
      need: { memory },
      uses: { data: store.read(`teams/${team}`) },
    });
  }
}
