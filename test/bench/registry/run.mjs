// npm run bench:registry [-- --rounds 3 --seconds 5 --runs 100000 --points 1000000 --connections 8 --ours --only create]: our registry
// and the real MLflow server on one Postgres that writes to disk, in alternation. Exit 1 when a bound of the project does not hold.
import { require as load } from 'tsx/cjs/api';

await load('./main.ts', import.meta.url).main();
