// The floor: a process that only loads provider classes, given as a JSON list of files.
for (const file of JSON.parse(process.env.CLASSES)) require(file);
