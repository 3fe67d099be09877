// How long an import takes in a process that has loaded nothing else. Prints JSON.
const names = JSON.parse(process.argv[2]);
const began = performance.now();
for (const name of names) await import(name);
const millis = performance.now() - began;
console.log(JSON.stringify({ millis }));
