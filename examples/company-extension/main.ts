import { Aspects } from 'cdktf';
import { PlatformApp } from 'mlops-constructs';
import { Platform } from 'mlops-constructs/stacks';
import { Alerts } from './acme/alerts';
import { CompanyRules } from './acme/company-rules';
import { DataCentre } from './acme/data-centre';
import { acme } from './acme/preset';
import { Retraining } from './acme/retraining';

const app = new PlatformApp();
Aspects.of(app).add(new CompanyRules('4711'));

const target = DataCentre.of({
  site: 'dc1',
  pools: {
    cpu: { nodes: 3, cpu: 16, memory: '64 GiB' },
    a30: { nodes: 1, cpu: 32, memory: '256 GiB', accelerator: 'A30', count: 4 },
  },
});
const platform = new Platform(app, { ...acme, name: 'search', target }, [new Alerts(10)]);

const { training, stack } = platform;
if (training) new Retraining(stack, 'Ranking', { training, store: stack.objectStore, team: 'ranking' });

app.synth();
