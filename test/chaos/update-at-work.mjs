// @ts-check
// An update that takes its time and touches nothing: `node update-at-work.mjs MILLISECONDS`
await new Promise(resolve => setTimeout(resolve, Number(process.argv[2])));
