import { PlatformApp } from 'mlops-constructs';
import { build } from './platform';

const app = new PlatformApp();
build(app);
app.synth();
