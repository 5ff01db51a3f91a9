import pg from "pg";

// Numbers of 64 bits are texts to pg; these fit.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
pool.on("error", (error) => console.error(`an unused connection ended: ${error.message}`));
