// npm run bench:serving [-- --rounds 3 --seconds 5 --ours]: our model server and MLServer on one model file, in alternation; and
// batching on and off. Exit 1 when a bound of the project does not hold.
import { require as load } from 'tsx/cjs/api';

await load('./main.ts', import.meta.url).main();
