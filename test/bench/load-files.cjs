// A floor: a process that only loads code, given as a file with a JSON list of paths.
const { readFileSync } = require('node:fs');

for (const file of JSON.parse(readFileSync(process.env.LOAD, 'utf8'))) require(file);
