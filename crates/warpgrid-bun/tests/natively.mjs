// bun natively.mjs ENTRY: what the program answers under Bun.
const { default: program } = await import(process.argv[2]);
const response = await program.fetch(new Request("http://localhost/"));
const text = await response.text();
process.stdout.write(text, () => process.exit(0));
