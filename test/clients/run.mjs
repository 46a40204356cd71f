import { require as load } from 'tsx/cjs/api';

await load('./run.ts', import.meta.url).main();
