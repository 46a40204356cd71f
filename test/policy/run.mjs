import { require as load } from 'tsx/cjs/api';

load('./run.ts', import.meta.url).main();
